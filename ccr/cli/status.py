"""`ccr status`: does the service run."""

from typing import Any

import msgspec

from ccr.cli import rotation
from ccr.cli.option import ConfigOption, JsonOption, PortOption
from ccr.cli.place import site_to_look_at
from ccr.cli.report import describe
from ccr.cli.rotation import NOT_RUNNING
from ccr.errors import CommandError
from ccr.run.health import Nobody, url
from ccr.run.inquire import inquire
from ccr.run.port import find_holder
from ccr.run.service import Found, Hung, Running, Site, look
from ccr.status import bill
from ccr.status.rotation import summary

USAGE = "/api/usage"


def status(*, json: JsonOption = False, config: ConfigOption = None, port: PortOption = None) -> int:
    """Say whether the service runs.

    Exits with 0 if it does, with 3 if not.

    Examples:

        ccr status
        ccr status --json
    """
    site = site_to_look_at(config, port)
    found = look(site)
    if json:
        print(msgspec.json.encode(as_json(site, found) | usage(site, found)).decode())
    else:
        print("\n".join([as_text(site, found), *_usage(site, found), *_keys(site, found)]))
    return 0 if isinstance(found, Running) else NOT_RUNNING


def usage(site: Site, found: Found) -> dict[str, Any]:
    """Return what the service's requests add up to under `usage`; nothing if it doesn't tell."""
    if not isinstance(found, Running):
        return {}
    loaded = site.source.read()
    try:
        told = inquire(found, USAGE, apikey=loaded.config.apikey if loaded.config else None)
    except CommandError:
        return {}
    return {"usage": told} if isinstance(told, dict) else {}


def _usage(site: Site, found: Found) -> list[str]:
    line = bill.line(usage(site, found).get("usage", {}))
    return [f"since its start: {line}"] if line else []


def _keys(site: Site, found: Found) -> list[str]:
    """Return the keys' state in short; nothing if the service doesn't tell."""
    try:
        reports = rotation.reports(site, found) if isinstance(found, Running) else []
    except CommandError:
        return []
    return [f"  {line}" for line in summary(reports)]


def as_json(site: Site, found: Found) -> dict[str, Any]:
    """Return what a script wants to know."""
    common = {"running": isinstance(found, Running), "config": str(site.source.path)}
    if isinstance(found, Running):
        return {**common, "url": url(found.host, found.port), **msgspec.to_builtins(found.health)}
    if isinstance(found, Hung):
        return {**common, "status": "unresponsive", "pid": found.process.pid, "port": found.port}
    return {**common, "status": "stopped" if found is Nobody.FREE else "port taken", "port": site.port}


def as_text(site: Site, found: Found) -> str:
    """Return what a person wants to know."""
    if isinstance(found, Running):
        return f"ccr is running: {describe(found)}\nconfiguration: {site.source.path}"
    if isinstance(found, Hung):
        return f"ccr (pid {found.process.pid}) holds port {found.port} but doesn't answer; `ccr restart` mends that"
    if found is Nobody.FREE:
        return "ccr is not running; `ccr start` starts it"
    return f"ccr is not running; port {site.port} is held by {find_holder(site.port) or 'another program'}"
