"""What `ccr explain` says of a request: what was sent on otherwise than it came, and the whole in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ccr.core.jsonio import dump

Json = dict[str, Any]

_ELSEWHERE = frozenset({"model", "messages", "tools", "system", "max_tokens", "stream"})
"""Fields that every wire format has, under this or another name."""
_SHOWN = 12
_WIDTH = 2000
_FIELD_WIDTH = 60


def changes(body: Mapping[str, Any], sent: Any) -> list[str]:
    """Return what of a Messages body does not go to the upstream as it came, a line each."""
    if not isinstance(sent, dict):
        return []
    return [*_fields(body, sent), *_tools(body, sent), *_limit(body, sent), *_images(body, sent)]


def _fields(body: Mapping[str, Any], sent: Json) -> Iterator[str]:
    for name in body:
        if name not in _ELSEWHERE and name not in sent:
            yield f"{name} is not sent under this name"
    added = [name for name in sent if name not in body and name not in _ELSEWHERE]
    if added:
        yield f"added: {', '.join(added)}"


def _tools(body: Mapping[str, Any], sent: Json) -> Iterator[str]:
    text = dump(sent.get("tools") or sent.get("request") or []).decode()
    names = [str(tool.get("name")) for tool in body.get("tools") or () if isinstance(tool, dict)]
    lost = [name for name in names if dump(name).decode() not in text]
    if lost:
        yield f"tools not sent under their name: {', '.join(lost)}"


def _limit(body: Mapping[str, Any], sent: Json) -> Iterator[str]:
    wanted = body.get("max_tokens")
    places = (sent, sent.get("generationConfig") or {})
    names = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
    given = next((place[name] for place in places for name in names if name in place), None)
    if wanted and given != wanted:
        yield f"max_tokens {wanted} becomes {given}"


def _images(body: Mapping[str, Any], sent: Json) -> Iterator[str]:
    before = dump(body.get("messages")).count(b'"media_type":"image/')
    after = dump(sent).count(b"data:image/") + dump(sent).count(b'"image/')
    if before > after:
        yield f"{before - after} of {before} images are not sent as images"


def edits(trace: Sequence[tuple[str, Json]]) -> list[Json]:
    """Return what each transformer does to the request, by field: {"before"}, {"after"} or both.

    `trace` has the request before the first one, under an empty name, and after each, under its name.
    """
    return [{"name": name, "fields": _differences(old, new)} for (_, old), (name, new) in pairwise(trace)]


def _differences(old: Json, new: Json) -> Json:
    found = {}
    for name in dict.fromkeys((*old, *new)):
        sides = {side: value[name] for side, value in (("before", old), ("after", new)) if name in value}
        if len(sides) < 2 or old[name] != new[name]:
            found[str(name)] = sides
    return found


def words(report: Json) -> str:
    """Return a report as text for a terminal."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Json) -> Iterator[str]:
    route = report["route"]
    yield f"Route:  {route['provider']},{route['model']}"
    yield f"Why:    {route['scenario']}: {route['reason']}"
    for name, why in route["rejected"]:
        yield f"        not {name}: {why}"
    yield ""
    tokens = report["tokens"]
    window = f" of {tokens['window']:,}" if tokens.get("window") else ""
    yield f"Tokens: {tokens['total']:,}{window} (the provider is expected to count {tokens['expected']:,})"
    for name in ("system", "tools", "messages", "images", "documents"):
        if tokens[name]:
            yield f"        {name:10} {tokens[name]:>9,}"
    largest = sorted(tokens["by_tool"].items(), key=lambda item: -item[1])
    for name, count in largest[:_SHOWN]:
        yield f"          {name:32} {count:>9,}"
    if len(largest) > _SHOWN:
        yield f"          and {len(largest) - _SHOWN} more tools"
    for call in report["calls"]:
        yield from ("", f"Sent to {call['target']}:", *_call(call))


def _edit(name: str, sides: Json) -> str:
    shown = {side: _short(value) for side, value in sides.items()}
    if "before" not in shown:
        return f"{name} = {shown['after']}"
    return f"{name} {shown['before']} becomes {shown['after']}" if "after" in shown else f"without {name}"


def _short(value: Any) -> str:
    text = dump(value).decode()
    return text if len(text) <= _FIELD_WIDTH else f"{text[:_FIELD_WIDTH]}... ({len(text):,} characters)"


def _call(call: Json) -> Iterator[str]:
    if "error" in call:
        yield f"        can't be sent: {call['error']}"
        return
    yield f"        {call['method']} {call['url']} ({call['bytes']:,} bytes)"
    for name, value in call["headers"].items():
        yield f"        {name}: {value}"
    for line in call["changes"]:
        yield f"        - {line}"
    for edit in call["transformers"]:
        changed = "; ".join(_edit(name, sides) for name, sides in edit["fields"].items())
        yield f"        {edit['name']}: {changed or 'changes nothing'}"
    text = dump({k: v for k, v in (call["body"] or {}).items() if k not in ("messages", "tools", "contents", "input")})
    yield f"        {text.decode()[:_WIDTH]}"
