"""Where the configuration comes from: a file, the environment that fills it in, and what the command line overrides."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ccr.config.parse import Loaded
from ccr.config.schema import Config, Router
from ccr.errors import CommandError
from ccr.store import configfile

ROUTES = {field.encode_name: field.name for field in msgspec.structs.fields(Router)}
NOT_ROUTES = ("longContextThreshold", "rules", "thinkWhen", "schedule", "extra")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration that can be read again and again. `None` overrides nothing."""

    path: Path
    env: Mapping[str, str]
    host: str | None = None
    port: int | None = None
    routes: Mapping[str, str] = {}
    profile: str = ""
    """The name of the routes that `ccr code --profile` asks for."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that it is made of."""
        return (self.path, configfile.dotenv_of(self.path))

    def read(self) -> Loaded:
        """Read the file as it is now. Never raises for what is wrong in it: see `Loaded.problems`."""
        return self.override(configfile.read(self.path, self.env))

    def override(self, loaded: Loaded) -> Loaded:
        """Return what was read with the overrides put in."""
        return loaded if loaded.config is None else replace(loaded, config=self._overridden(loaded.config))

    def _overridden(self, config: Config) -> Config:
        host = config.host if self.host is None else self.host
        port = config.port if self.port is None else self.port
        return replace(config, host=host, port=port, router=_with_routes(config.router, self.routes))


def parse_route(text: str) -> tuple[str, str]:
    """Split `think=provider,model` into the name of the route and its model. Raises CommandError."""
    name, _, model = text.partition("=")
    if not name or "," not in model:
        raise CommandError(f"--route {text!r} is not of the form think=provider,model")
    if name in NOT_ROUTES:
        raise CommandError(f"--route {text!r}: {name!r} is not a route")
    return name, model


def _with_routes(router: Router, routes: Mapping[str, str]) -> Router:
    known = {ROUTES[name]: model for name, model in routes.items() if name in ROUTES}
    further = {name: model for name, model in routes.items() if name not in ROUTES}
    return replace(router, **known, extra={**router.extra, **further})
