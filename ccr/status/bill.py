"""What a router's requests add up to, in words: a line for `ccr status`, a table for the summary of a job.

Takes what `GET /api/usage` answers.
"""

from collections.abc import Iterator

from ccr.status import figure
from ccr.status.value import Json, mapping, member, number, text


def cost(tally: Json) -> str:
    """Return the dollars of a tally; with a `+` if some of its prices aren't known, nothing if none is."""
    known = figure.money(number(tally, "cost"))
    return f"{known}+" if known and number(tally, "unpriced") else known


def line(summary: Json) -> str:
    """Return the sum of all requests in one line; nothing if there was none."""
    requests, errors = number(summary, "requests"), number(summary, "errors")
    if not requests:
        return ""
    parts = [f"{requests:.0f} request{'' if requests == 1 else 's'}"]
    if errors:
        parts.append(f"{errors:.0f} failed")
    parts += [f"{figure.tokens(_prompt(summary)) or 0} in", f"{_output(summary)} out", cost(summary)]
    return ", ".join(filter(None, parts))


def markdown(summary: Json) -> str:
    """Return a table with a row for each model that answered; nothing if there was no request."""
    return "\n".join(_table(summary)) + "\n" if number(summary, "requests") else ""


def _table(summary: Json) -> Iterator[str]:
    yield "### Claude Code Router"
    yield ""
    yield "| Model | Requests | Failed | Tokens in | Cached | Tokens out | Cost |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    models = member(summary, "models")
    rows = [row for row in models if isinstance(row, dict)] if isinstance(models, list) else []
    for row in rows:
        yield _row(f"`{text(row, 'provider')},{text(row, 'model')}`", row)
    if len(rows) != 1:
        yield _row("all", summary)
    if number(summary, "cost") and number(summary, "unpriced"):
        yield ""
        yield f"`+`: the price of {number(summary, 'unpriced'):.0f} requests is not known."


def _row(name: str, tally: Json) -> str:
    prompt = _prompt(tally)
    cached = figure.share(number(tally, "usage", "cache_read"), prompt)
    cells = (
        # A bar would end the cell.
        name.replace("|", "\\|"),
        f"{number(tally, 'requests'):.0f}",
        f"{number(tally, 'errors'):.0f}",
        figure.tokens(prompt) or "0",
        f"{cached}%" if cached else "",
        _output(tally),
        cost(tally),
    )
    return f"| {' | '.join(cells)} |"


def _output(tally: Json) -> str:
    return figure.tokens(number(tally, "usage", "output")) or "0"


def _prompt(tally: Json) -> float:
    usage = mapping(tally, "usage")
    return number(usage, "input") + number(usage, "cache_read") + number(usage, "cache_write")
