"""`ccr logs`: what the router did, a line for each request."""

import os
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from ccr.cli.option import JsonOption
from ccr.cli.paint import paint
from ccr.cli.report import tell
from ccr.status.logline import describe, is_trouble
from ccr.store.logread import Follower, newest
from ccr.store.paths import home


def logs(
    *,
    follow: Annotated[bool, Parameter(name=["--follow", "-f"], negative="", help="Go on with new lines.")] = False,
    errors: Annotated[bool, Parameter(negative="", help="Only what went wrong.")] = False,
    count: Annotated[int, Parameter(name=["--count", "-n"], help="How many lines to begin with.")] = 50,
    json: JsonOption = False,
) -> int:
    """Show the log, one line for each request.

    A line has the time, the status, who answered, the route and why, the tokens and how many of them the provider's
    cache served, the time to the first token (ttft), and the whole time. No prompt and no key is ever logged.

    Examples:

        ccr logs
        ccr logs -f
        ccr logs --errors -n 5
        ccr logs --json -n 1000 | jq 'select(.ms > 10000)'
    """
    folder = home(dict(os.environ)).logs
    # Made first, so that no line falls between the two.
    follower = Follower(folder) if follow else None
    found = newest(folder, max(count, 0), wanted=is_trouble if errors else _is_any)
    for record in found:
        _show(record, json=json)
    if follower is None:
        if not found:
            tell(f"there is {'no trouble' if errors else 'nothing'} in the log yet ({folder / 'ccr.log'})")
        return 0
    for record in follower:
        if not errors or is_trouble(record):
            _show(record, json=json)
    return 0


def _is_any(record: Mapping[str, Any]) -> bool:
    return True


def _show(record: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print(msgspec.json.encode(record).decode(), flush=True)
    else:
        line = describe(record)
        print(paint(line, "red") if is_trouble(record) else line, flush=True)
