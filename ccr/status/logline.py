"""One readable line for each line of the log."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from ccr.status import figure
from ccr.status.value import mapping, member, number, text


def is_trouble(record: Mapping[str, Any]) -> bool:
    """Say whether a line tells of something that went wrong."""
    if text(record, "type") == "request":
        return text(record, "result") == "error" or number(record, "status") >= 400
    return text(record, "level") in ("warn", "error", "fatal")


def describe(record: Mapping[str, Any], *, zone: tzinfo | None = None) -> str:
    """Return a line of the log as text, with its time in `zone`, by default the machine's own."""
    time = _time(text(record, "time"), zone)
    if text(record, "type") == "request":
        return f"{time} {_request(record)}"
    words = text(record, "text").replace("\n", "\n    ")
    return f"{time} {text(record, 'level') or 'info'}: {words}"


def _time(stamp: str, zone: tzinfo | None) -> str:
    try:
        return datetime.fromisoformat(stamp).astimezone(zone).strftime("%m-%d %H:%M:%S")
    except ValueError:
        return stamp


def _request(record: Mapping[str, Any]) -> str:
    route = ",".join(filter(None, (text(record, "provider"), text(record, "model")))) or text(record, "asked") or "-"
    parts = [
        f"{number(record, 'status'):.0f}" if number(record, "status") else text(record, "result") or "-",
        route,
        _why(record),
        _tokens(record),
        figure.money(number(record, "cost")),
        f"ttft {figure.duration(number(record, 'ttft_ms'))}" if number(record, "ttft_ms") else "",
        figure.duration(number(record, "ms")),
        _attempts(record),
        _outcome(record),
    ]
    return "  ".join(filter(None, parts))


def _why(record: Mapping[str, Any]) -> str:
    scenario, reason = text(record, "scenario"), text(record, "reason")
    if not reason or reason == scenario:
        return scenario
    return f"{scenario} ({reason})" if scenario else f"({reason})"


def _tokens(record: Mapping[str, Any]) -> str:
    usage = mapping(record, "usage")
    if not usage:
        return ""
    cached = number(usage, "cache_read")
    prompt = number(usage, "input") + cached + number(usage, "cache_write")
    cache = f", {figure.share(cached, prompt)}% cached" if cached else ""
    return f"{figure.tokens(prompt) or 0} in{cache}, {figure.tokens(number(usage, 'output')) or 0} out"


def _attempts(record: Mapping[str, Any]) -> str:
    """Return how many attempts there were, if more than one, and where the last one went, if elsewhere."""
    attempts = member(record, "attempts")
    if not isinstance(attempts, list) or len(attempts) < 2:
        return ""
    last = (text(attempts[-1], "provider"), text(attempts[-1], "model"))
    is_elsewhere = last != (text(record, "provider"), text(record, "model"))
    return f"{len(attempts)} attempts{f', the last at {last[0]},{last[1]}' if is_elsewhere else ''}"


def _outcome(record: Mapping[str, Any]) -> str:
    result = text(record, "result")
    if text(record, "error"):
        return f"{result}: {text(record, 'error')}".replace("\n", " ")
    return {"gone": "the client left", "stopped": "stopped"}.get(result, "")
