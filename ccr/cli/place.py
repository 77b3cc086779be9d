"""Where the commands of the service's life work: the configuration and the site of the service."""

import os
from pathlib import Path

from ccr.cli.own import Own, port_number
from ccr.cli.report import warn
from ccr.config.parse import Loaded
from ccr.config.schema import Config
from ccr.run.service import Site
from ccr.run.source import Source
from ccr.store.paths import Home, home


def site_to_start(config: Path | None, port: str | None) -> Site:
    """Return the site that the options and the configuration name, and tell what is wrong with the latter.

    Raises ConfigError if it can't be used.
    """
    return own_site(given(config, port))


def own_site(own: Own) -> Site:
    """Return the same for options in the form of those that stand before a command."""
    place, source, loaded = _read(own)
    usable = loaded.require(source.path)
    if usable.transformers or usable.custom_router_path or usable.use_plugins or usable.rewrite_system_prompt:
        # Loads the router's parts, which nobody else has to wait for.
        from ccr.run.check import check

        warn(source.path, check(loaded, folder=place.root, env=source.env))
    else:
        warn(source.path, loaded.problems)
    return Site.of(place, source, usable)


def site_to_look_at(config: Path | None, port: str | None) -> Site:
    """Return the same for a service that may run already, whose configuration may have been broken since."""
    place, source, loaded = _read(given(config, port))
    return Site.of(place, source, loaded.config or Config(port=source.port or Config().port))


def given(config: Path | None, port: str | None) -> Own:
    """Return a command's options in the form of those that stand before it."""
    path = config.expanduser().absolute() if config else None
    return Own(config=path, port=None if port is None else port_number(port))


def _read(own: Own) -> tuple[Home, Source, Loaded]:
    env = dict(os.environ)
    place = home(env)
    source = own.source(place, env)
    return place, source, source.read()
