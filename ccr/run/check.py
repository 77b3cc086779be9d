"""Everything that can be told about a configuration without a request: its own problems, routes and transformers."""

from ccr.config.parse import Loaded
from ccr.config.problem import Problem
from ccr.errors import ConfigError
from ccr.snapshot import Snapshot


def check(loaded: Loaded) -> tuple[Problem, ...]:
    """Return every problem, the fatal ones first."""
    found = list(loaded.problems)
    if loaded.config is not None:
        try:
            found += [Problem("", text) for text in Snapshot(loaded.config, loaded.hash).problems()]
        except ConfigError as error:
            found += [_placed(line) for line in str(error).splitlines()]
    return tuple(sorted(found, key=lambda problem: not problem.fatal))


def _placed(line: str) -> Problem:
    """Return a line such as `Router.think: must be ...` as a problem with a path."""
    path, colon, message = line.partition(": ")
    return Problem(path, message, fatal=True) if colon and " " not in path else Problem("", line, fatal=True)
