"""`ccr code`: run Claude Code through the router. Every argument that is not ours is Claude Code's, as it stands."""

import os
from collections.abc import Sequence

from ccr.cli.own import Own
from ccr.cli.report import warn
from ccr.run import terminal
from ccr.run.session import Session, run
from ccr.store.paths import home


def main(own: Own, arguments: Sequence[str]) -> int:
    """Run Claude Code with `arguments` and return its exit code."""
    terminal.open_streams()
    env = dict(os.environ)
    place = home(env)
    source = own.source(place, env)
    loaded = source.read()
    # Claude Code's own output is all that a script may find; a person wants to know.
    if loaded.config is not None and loaded.config.providers and os.isatty(2):
        warn(source.path, loaded.problems)
    return run(Session(source=source, home=place, arguments=arguments), loaded)
