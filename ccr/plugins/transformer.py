"""A transformer of the user's own in Python: a subclass of `ccr.transform.base.Transformer` in a `.py` file.

Whatever it raises becomes an error of the one request, with file and line. Edits run in a thread, with a time limit;
filters and stages run in the stream's own task and have to be quick.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from ccr.core.event import Event, Fault
from ccr.core.unified import Json
from ccr.errors import ConfigError
from ccr.plugins.ask import copied
from ccr.plugins.edited import settled
from ccr.plugins.failure import PluginError, python_failure
from ccr.plugins.pyfile import load
from ccr.plugins.worker import Worker
from ccr.transform.base import Context, Filter, Stage, Transformer
from ccr.transform.option import OptionError
from ccr.transform.registry import Maker

EDIT_SECONDS = 60.0

T = TypeVar("T")


def read(path: Path) -> tuple[str, Maker]:
    """Return the name of the file's transformer and what makes it. Raises PluginError."""
    kind = _find(load(path), path)
    worker = Worker(path)

    def make(options: Mapping[str, Any]) -> Transformer:
        try:
            return PythonTransformer(kind(options), worker)
        except (OptionError, ConfigError):
            raise
        except Exception as error:
            raise ConfigError(f"transformer {str(path)!r}: {python_failure(error, path)}") from None

    return str(getattr(kind, "name", "") or path.stem), make


def _find(module: ModuleType, path: Path) -> type[Transformer]:
    """Return what the file calls `transformer`, else the last transformer class that it defines itself."""
    named = getattr(module, "transformer", None)
    candidates = [named] if named is not None else [*vars(module).values()][::-1]
    for found in candidates:
        if inspect.isclass(found) and issubclass(found, Transformer) and found.__module__ == module.__name__:
            return found
    raise PluginError(f"it must define a subclass of ccr.transform.base.Transformer ({path})")


class PythonTransformer(Transformer):
    """Stands before the user's instance."""

    name = "python"

    def __init__(self, inner: Transformer, worker: Worker) -> None:
        super().__init__(inner.options)
        self._inner = inner
        self._worker = worker
        kind = type(inner)
        self.dialect = kind.dialect  # type: ignore[misc]
        self.login = kind.login  # type: ignore[misc]
        self._edits = kind.edit is not Transformer.edit

    async def edit(self, request: Json, context: Context) -> Json:
        """Let the user's `edit`, sync or async, change the request. It gets what it may keep and spoil."""
        if not self._edits:
            return request
        given = copied(request)
        context.client = {**context.client, "body": copied(context.client.get("body"))}
        found = await self._worker.run(self._inner.edit, given, context, limit=EDIT_SECONDS)
        if found is None:
            found = given
        if not isinstance(found, dict) or not isinstance(found.get("messages"), list):
            raise PluginError(f"edit returned no request: it must have messages ({self._worker.path})")
        return settled(found, context)

    def filter(self, context: Context) -> Filter | None:
        """Return the user's filter, which can't hurt more than its own reply."""
        found = self._made(partial(self._inner.filter, context))
        return None if found is None else _CheckedFilter(found, self._worker.path)

    def stage(self, context: Context) -> Stage | None:
        """Return the user's stage."""
        found = self._made(partial(self._inner.stage, context))
        return None if found is None else _CheckedStage(found, self._worker.path)

    def _made(self, make: Callable[[], T]) -> T:
        try:
            return make()
        except Exception as error:
            raise PluginError(python_failure(error, self._worker.path)) from None


class _CheckedFilter:
    def __init__(self, inner: Filter, path: Path) -> None:
        self._inner = inner
        self._path = path

    def feed(self, event: Event) -> Iterable[Event]:
        return self._checked(lambda: self._inner.feed(event))

    def close(self) -> Iterable[Event]:
        return self._checked(lambda: self._inner.close())

    def _checked(self, step: Callable[[], Iterable[Event]]) -> Iterable[Event]:
        try:
            found = list(step() or ())
            wrong = next((item for item in found if not isinstance(item, Event)), None)
            if wrong is not None:
                raise TypeError(f"the filter gave {type(wrong).__name__} instead of events")
        except Exception as error:
            return [Fault("api_error", python_failure(error, self._path), 500, "configuration")]
        return found


class _CheckedStage:
    def __init__(self, inner: Stage, path: Path) -> None:
        self._inner = inner
        self._path = path

    def feed(self, data: bytes) -> bytes:
        return self._checked(lambda: self._inner.feed(data))

    def close(self) -> bytes:
        return self._checked(lambda: self._inner.close())

    def _checked(self, step: Callable[[], bytes]) -> bytes:
        try:
            return bytes(step())
        except Exception as error:
            raise PluginError(python_failure(error, self._path)) from None
