"""What one run of `ccr code` chooses for itself. It is told to the router, ours or a service, with each request."""

from collections.abc import Mapping

from ccr.config.schema import Config
from ccr.errors import CommandError
from ccr.route.override import write_header
from ccr.run.source import Source
from ccr.store.override import Places
from ccr.store.paths import Home

VARIABLE = "ANTHROPIC_CUSTOM_HEADERS"
"""Lines of `Name: value` that Claude Code adds to each request."""


def headers(source: Source) -> dict[str, str]:
    """Return the variable that makes Claude Code send the profile and the routes, after the user's own headers."""
    lines = [line for line in source.env.get(VARIABLE, "").splitlines() if line.strip()]
    own = [f"x-ccr-profile: {source.profile}"] if source.profile else []
    if source.routes:
        own.append(f"x-ccr-routes: {write_header(source.routes)}")
    return {VARIABLE: "\n".join([*lines, *own])} if own else {}


def check_profile(name: str, config: Config, home: Home) -> Mapping[str, object]:
    """Return the routes of a profile. Raises CommandError for one that isn't there or can't be used."""
    if name in config.profiles:
        return dict(config.profiles[name])
    found = Places(home.root, home.root).profile(name)
    if isinstance(found, str):
        known = f"; profiles in the configuration: {', '.join(config.profiles)}" if config.profiles else ""
        raise CommandError(f"{found}{known}")
    return found.router
