"""The options of ccr itself: they stand before a command, or directly after `code`, whose other words are claude's."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ccr.errors import CommandError
from ccr.run.source import Source, parse_route
from ccr.store.paths import Home

DEBUG = "--debug"


class Own(msgspec.Struct, frozen=True):
    """What was given. `None` and nothing leave it to the configuration."""

    config: Path | None = None
    port: int | None = None
    routes: Mapping[str, str] = {}
    profile: str = ""
    debug: bool = False

    def source(self, home: Home, env: Mapping[str, str]) -> Source:
        """Return the configuration that these options ask for."""
        path = self.config or home.config
        return Source(path=path, env=env, port=self.port, routes=self.routes, profile=self.profile)


def take(words: Sequence[str], own: Own | None = None) -> tuple[Own, list[str]]:
    """Split our options off the beginning of `words`; return them, added to `own`, and the rest.

    Raises CommandError for one that lacks its value or has a wrong one.
    """
    own = own or Own()
    rest = list(words)
    while rest:
        name, equals, value = rest[0].partition("=")
        if rest[0] == DEBUG:
            own = replace(own, debug=True)
            del rest[0]
        elif name in OPTIONS:
            if not equals and len(rest) < 2:
                raise CommandError(f"{name} needs a value")
            own = OPTIONS[name](own, value if equals else rest[1])
            del rest[: 1 if equals else 2]
        else:
            break
    return own, rest


def port_number(text: str) -> int:
    """Return the port that a word means; `auto` is 0, any free one. Raises CommandError."""
    if text == "auto":
        return 0
    if not text.isdecimal() or int(text) > 65535:
        raise CommandError(f"--port {text!r} is not a port: give a number up to 65535, or auto")
    return int(text)


def _config(own: Own, value: str) -> Own:
    return replace(own, config=Path(value).expanduser().absolute())


def _port(own: Own, value: str) -> Own:
    return replace(own, port=port_number(value))


def _profile(own: Own, value: str) -> Own:
    return replace(own, profile=value)


def _route(own: Own, value: str) -> Own:
    name, model = parse_route(value)
    return replace(own, routes={**own.routes, name: model})


OPTIONS: dict[str, Callable[[Own, str], Own]] = {
    "--config": _config,
    "--ccr-config": _config,
    "--port": _port,
    "--route": _route,
    "--profile": _profile,
}
