"""`ccr NAME [arguments]`: run Claude Code with an installed preset. Every argument after the name is Claude Code's."""

import os
from collections.abc import Sequence

from ccr.cli.own import Own
from ccr.cli.report import warn
from ccr.store import presetfile
from ccr.store.paths import home


def is_preset(name: str) -> bool:
    """Say whether a preset of this name is installed."""
    return name in presetfile.names(home(dict(os.environ)))


def main(own: Own, name: str, arguments: Sequence[str]) -> int:
    """Run Claude Code with the preset `name` and return its exit code."""
    from ccr.run import preset, terminal

    terminal.open_streams()
    env = dict(os.environ)
    place = home(env)
    found = own.config or place.config
    source = preset.source_of(place, name, own=found, env=env, port=own.port, routes=own.routes)
    if os.isatty(2):
        warn(source.path, source.read().problems)
    return preset.run(source, arguments)
