"""The keys of the running service in words: what `ccr rotation` shows at length and `ccr status` in short.

Takes the reports of `ccr.keys.pool`, as `GET /api/rotation` hands them out. A field that an older or newer service
leaves out is shown as unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

Report = Mapping[str, Any]

HEADER = ("key", "state", "failures", "requests", "last used", "last failed")


class View(Struct, frozen=True):
    """One provider, ready to be shown: a row for each key under `HEADER`, and notes on single models."""

    provider: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def view(report: Report) -> View:
    """Return what to show of one provider's report."""
    keys = report.get("keys") or ()
    facts = (
        ("Strategy", str(report.get("strategy", "?"))),
        ("Total keys", str(report.get("total", len(keys)))),
        ("Available keys", str(report.get("available", "?"))),
        ("Running requests", str(report.get("running", "?"))),
        ("Waiting requests", str(report.get("queued", "?"))),
        *_limits(report),
    )
    notes = [*_circuits(report), *(note for key in keys for note in _models(key)), *_lessons(report)]
    return View(str(report.get("provider", "?")), facts, tuple(map(_row, keys)), tuple(notes))


def summary(reports: Sequence[Report]) -> list[str]:
    """Return a line for each provider and one for each key of it, as `ccr status` shows them."""
    lines: list[str] = []
    for report in reports:
        lines.append(
            f"{report.get('provider', '?')}: {report.get('strategy', '?')}, "
            f"{report.get('available', '?')} of {report.get('total', '?')} keys available"
        )
        for key in report.get("keys") or ():
            mark = "ok" if key.get("state") == "active" else "--"
            lines.append(f"  {mark} {_name(key)} ({_count(key.get('failures'), 'failure')})")
        lines += [f"  {note}" for note in (*_circuits(report), *_lessons(report))]
    return lines


def span(seconds: float | None) -> str:
    """Return a time in its two largest units; `-` for none."""
    if seconds is None:
        return "-"
    left = max(0, round(seconds))
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, size in units:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


def _row(key: Report) -> tuple[str, ...]:
    return (
        _name(key),
        _state(key),
        str(key.get("failures", "?")),
        str(key.get("requests", "?")),
        _ago(key.get("used_ago")),
        _ago(key.get("failed_ago")),
    )


def _name(key: Report) -> str:
    return str(key.get("key") or "(no key)")


def _state(key: Report) -> str:
    state = str(key.get("state", "?"))
    left = f", {span(key['left'])} left" if key.get("left") else ""
    reason = f": {key['reason']}" if key.get("reason") else ""
    return f"{state}{left}{reason}"


def _ago(seconds: Any) -> str:
    return "never" if seconds is None else f"{span(seconds)} ago"


def _models(key: Report) -> list[str]:
    """Return a line for each model that a key is left out for."""
    return [f"{_name(key)} is {_state(found)} for {model}" for model, found in (key.get("models") or {}).items()]


def _circuits(report: Report) -> list[str]:
    """Return a line for each model whose circuit is not closed: it failed so often that it is left alone."""
    found = report.get("circuits") or {}
    return [
        f"{model} failed too often: {circuit['state'].replace('_', ' ')}, tried again in {span(circuit.get('left'))}"
        for model, circuit in found.items()
        if circuit.get("state") != "closed"
    ]


def _limits(report: Report) -> list[tuple[str, str]]:
    """Return a fact for each limit that is set, with how much of it is used."""
    kinds = (
        ("Requests a minute", "requests_last_minute", "rpm"),
        ("Tokens a minute", "tokens_last_minute", "tpm"),
        ("Requests at a time", "running", "max_concurrency"),
    )
    return [(name, f"{report.get(used, '?')} of {report[limit]}") for name, used, limit in kinds if report.get(limit)]


def _lessons(report: Report) -> list[str]:
    """Return a line for each thing that a model's refusals have taught."""
    return [
        f"{one.get('model')}: we {one.get('fix')}, since it said: {one.get('why')}"
        for one in report.get("lessons") or ()
    ]


def _count(number: Any, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
