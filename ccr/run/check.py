"""Everything that can be told about a configuration without a request: its problems, routes, transformers, files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ccr.config.parse import Loaded
from ccr.config.problem import Problem
from ccr.config.schema import Config
from ccr.errors import ConfigError
from ccr.plugins.load import Loader
from ccr.snapshot import Snapshot


class Unheard:
    """A log for code that is only loaded: what it says there is said again when it works."""

    def event(self, level: str, text: str) -> None:
        """Forget it."""


def check(loaded: Loaded, *, folder: Path, env: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return every problem, the fatal ones first. The user's own code, relative to `folder`, is loaded for it."""
    found = list(loaded.problems)
    if loaded.config is not None:
        found += _of_files(loaded.config, loaded.hash, folder=folder, env=env)
    return tuple(sorted(found, key=lambda problem: not problem.fatal))


def _of_files(config: Config, digest: str, *, folder: Path, env: Mapping[str, str]) -> Iterator[Problem]:
    plugins = Loader(folder, env=env, log=Unheard()).load(config)
    yield from map(_placed, plugins.problems)
    try:
        for text in Snapshot(config, digest, registry=plugins.registry).problems():
            yield Problem("", text)
    except ConfigError as error:
        for line in str(error).splitlines():
            problem = _placed(line)
            yield Problem(problem.path, problem.message, fatal=True)
    prompt = config.rewrite_system_prompt
    if prompt and not Path(prompt).expanduser().is_file():
        yield Problem("REWRITE_SYSTEM_PROMPT", f"there is no file {prompt!r}, so the system prompt stays as it is")


def _placed(line: str) -> Problem:
    """Return a line such as `Router.think: must be ...` as a problem with a path."""
    path, colon, message = line.partition(": ")
    return Problem(path, message) if colon and " " not in path else Problem("", line)
