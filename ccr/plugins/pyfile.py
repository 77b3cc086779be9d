"""Loads a user's `.py` file. It may import the standard library and ccr; that holds for the frozen binary too."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from ccr.plugins.failure import PluginError, python_failure

LOAD_SECONDS = 5.0

T = TypeVar("T")


def load(path: Path, *, seconds: float = LOAD_SECONDS) -> ModuleType:
    """Run the file as a module of its own and return it. Raises PluginError: it can't be read, fails, or hangs."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise PluginError(f"can't be read: {error.strerror} ({path})") from None
    module = ModuleType(f"ccr_plugin_{path.stem}")
    module.__file__ = str(path)
    return _within(seconds, lambda: _run(source, module, path), path)


def _run(source: bytes, module: ModuleType, path: Path) -> ModuleType:
    # Dataclasses and the like look their module up by its name.
    sys.modules[module.__name__] = module
    try:
        # Not by the import system: its cache of bytecode misses a change within one second.
        exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - that is a plugin
    except BaseException as error:
        # SystemExit too: a plugin must not end the router.
        raise PluginError(python_failure(error, path)) from None
    return module


def _within(seconds: float, work: Callable[[], T], path: Path) -> T:
    """Do the work in a thread that nobody waits for when it takes too long: there is no other way to be rid of it."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((work(), None))
        except PluginError as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run, name=f"load {path.name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise PluginError(f"is not loaded after {seconds:g} s ({path})")
    value, error = outcome[0]
    if error is not None:
        raise error
    found: T = value
    return found
