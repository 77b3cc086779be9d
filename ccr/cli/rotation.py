"""`ccr rotation`: which key does what, from the running service."""

import msgspec

from ccr.cli.option import ConfigOption, JsonOption, PortOption
from ccr.cli.paint import paint
from ccr.cli.place import site_to_look_at
from ccr.cli.table import table
from ccr.errors import CommandError
from ccr.run.inquire import inquire
from ccr.run.service import Running, Site, look
from ccr.status.rotation import HEADER, Report, View, view

PATH = "/api/rotation"

NOT_RUNNING = 3
"""As the `status` of a service script exits: Linux Standard Base, "Init Script Actions"."""


def rotation(*, json: JsonOption = False, config: ConfigOption = None, port: PortOption = None) -> int:
    """Show the state of every key in the running service.

    For each provider: the strategy and how many of the keys may be used. For each key: whether it is left out, for how
    long and why, its failures in a row, and when it was used last. Keys are masked. Exits with 3 if no service runs.

    Examples:

        ccr rotation
        ccr rotation --json
    """
    site = site_to_look_at(config, port)
    running = look(site)
    if not isinstance(running, Running):
        raise CommandError("the service is not running, so no key is in use; `ccr start` starts it", code=NOT_RUNNING)
    found = reports(site, running)
    if json:
        print(msgspec.json.encode({"providers": found}).decode())
        return 0
    views = [view(report) for report in found]
    print("\n\n".join(as_text(one) for one in views) or "no provider is configured; `ccr setup` does that")
    return 0


def reports(site: Site, running: Running) -> list[Report]:
    """Return what the service tells of each provider's keys. Raises CommandError if it doesn't."""
    loaded = site.source.read()
    found = inquire(running, PATH, apikey=loaded.config.apikey if loaded.config else None)
    return list(found.get("providers", ())) if isinstance(found, dict) else []


def as_text(shown: View) -> str:
    """Return one provider's part."""

    def choose(column: int, text: str) -> str:
        if column != 1:
            return ""
        return "green" if text.startswith("active") else "red" if text.startswith("disabled") else "yellow"

    lines = [f"{paint('Provider:', 'bold')} {shown.provider}"]
    lines += [f"  {name}: {value}" for name, value in shown.facts]
    keys = table(HEADER, shown.rows, color=choose)
    lines += [f"  {line}" for line in keys.splitlines()]
    lines += [f"  {note}" for note in shown.notes]
    return "\n".join(lines)
