"""Learns from refusals: which field of a body an upstream does not take, and what to do about it.

Most fields that a vendor refuses are known beforehand and never sent; this is for the rest, so that a vendor's change
costs one repeated request instead of the session.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ccr.core.jsonio import load
from ccr.keys import wording
from ccr.keys.fix import ANY, ESSENTIAL, MAXIMUM, Fix, apply, maximums
from ccr.keys.picture import refuses_images

MENDABLE = frozenset({400, 413, 422})
"""Statuses with which a body is refused."""

FIXES = 12
"""Fixes that are taken from one refusal at most."""
PROPOSALS = 200
"""Complaints of one refusal that are looked at."""

LEAST_REPLY = 256
"""Tokens of a reply below which shortening it to make room for the prompt is of no use."""
MARGIN = 8
"""Tokens by which vendors' counts of the same prompt may differ between two requests."""


def is_refusal(status: int, answer: bytes) -> bool:
    """Tell whether an answer is about the body that was sent.

    llama.cpp and Ollama take what a chat template can't put into words for an error of their own:
    https://github.com/mistralai/mistral-vibe/issues/1006. So do some with images for a model that can't see.
    """
    if status in MENDABLE:
        return True
    text = answer.decode("utf-8", "replace")
    return (status == 500 and bool(wording.TEMPLATE.search(text))) or (status in (404, 500) and refuses_images(text))


def diagnose(answer: bytes, body: bytes) -> tuple[Fix, ...]:
    """Return the fixes that a refusal asks for; only those that change the body which was refused.

    `answer` is the body of the upstream's error, `body` that of the request.
    """
    sent = _json(body)
    if not isinstance(sent, dict):
        return ()
    error = _json(answer)
    texts = list(_texts(error)) or [answer.decode("utf-8", "replace")]
    for find in (
        _images,
        _forced,
        _thoughts,
        _ids,
        _turns,
        _room,
        _tokens,
        _renamed,
        _located,
        _thinking,
        _refused,
        _hinted,
    ):
        proposed = dict.fromkeys(find(texts, error, sent))
        tried = _json(body)
        fixes = tuple(fix for fix in list(proposed)[:PROPOSALS] if apply(fix, tried))
        if fixes:
            return fixes[:FIXES]
    return ()


def _images(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The model sees no images; with one in its history, a session would be refused for good."""
    if any(refuses_images(text) for text in texts):
        yield Fix("leave_out_images")


def _thoughts(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    for text in texts:
        if wording.SIGNATURE.search(text):
            yield Fix("strip_thinking", span="session")
        if wording.NO_THOUGHT.search(text):
            yield Fix("stop_thinking", span="session")
        if wording.BUDGET.search(text):
            yield Fix("drop", ("thinking",), span="once")
        if wording.MISSING_REASONING.search(text):
            # Some take an empty one, some do not; a single stop is taken by all.
            yield Fix("fill", ("messages", ANY, "reasoning_content"), to=".")
        if wording.MISSING_SIGNATURE.search(text):
            yield Fix("sign")


def _forced(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The model can't think and be forced to call a tool; not every one can be kept from thinking."""
    if any(wording.FORCED.search(text) for text in texts):
        yield Fix("drop", ("tool_choice",))


def _thinking(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The model can't think, or not as asked, and the refusal does not name the field."""
    if any(wording.NO_THINKING.search(text) for text in texts):
        yield from (Fix("drop", tuple(field.split("."))) for field in wording.THINKING_FIELDS if _has(sent, field))


def _has(sent: dict[str, Any], field: str) -> bool:
    holder, _, name = field.rpartition(".")
    where = sent.get(holder) if holder else sent
    return isinstance(where, dict) and name in where


def _ids(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """Mistral's own server and others with its chat template want ids of one form."""
    if any(wording.SHORT_IDS.search(text) for text in texts):
        yield Fix("short_ids")


def _turns(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """So do Mistral's chat templates want the order of messages."""
    if any(wording.TURNS.search(text) for text in texts):
        yield Fix("take_turns")


def _room(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    asked = _asked(sent)
    for text in texts:
        found = next((m for rule in wording.ROOM if (m := rule.search(text))), None)
        if found is not None:
            prompt = int(found["prompt"]) + sum(int(n) for n in wording.OTHER_INPUT.findall(text))
            room = int(found["window"]) - prompt - MARGIN
            if room == asked - MARGIN - 1:
                # vLLM counts no further than to the first token for which there is no room.
                room = asked // 2
            if room >= LEAST_REPLY:
                yield Fix("clamp", ("max_tokens",), most=room, span="once")


def _asked(sent: dict[str, Any]) -> int:
    return max((holder[key] for holder, key in maximums(sent) if isinstance(holder[key], int)), default=0)


def _tokens(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    asked = _asked(sent)
    for text in texts:
        if not wording.LIMIT.search(text) or re.search(r"context length|context window|Use '|got -\d", text):
            continue
        limits = [limit for rule in wording.MOST for match in rule.finditer(text) if (limit := _limit(match)) < asked]
        least = next((match for rule in wording.LEAST if (match := rule.search(text))), None)
        if limits:
            yield Fix("clamp", ("max_tokens",), most=limits[0])
        elif least is not None:
            yield Fix("clamp", ("max_tokens",), least=int(least["least"]))


def _limit(match: re.Match[str]) -> int:
    given = match.groupdict()
    return int(given.get("most") or 0) or int(given.get("beyond") or 1) - 1


def _renamed(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    for text in texts:
        for match in wording.RENAMED.finditer(text):
            if match[1] in MAXIMUM and match[2] in MAXIMUM:
                yield Fix("rename", (match[1],), to=match[2])


def _located(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """FastAPI and Mistral say where in a list: `{"type": "extra_forbidden", "loc": ["body", "messages", 3, ...]}`."""
    for item in _objects(error):
        where = item.get("loc")
        if isinstance(where, list) and str(item.get("type", "")).startswith(
            ("extra_forbidden", "literal_error", "enum")
        ):
            yield from _dropped(_inside([ANY if isinstance(name, int) else str(name) for name in where]))


def _refused(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    for rule in wording.REFUSED:
        found = [fix for text in texts for match in rule.finditer(text) for fix in _unasked(_place(match), sent)]
        if found:
            yield from found
            return


def _unasked(names: Sequence[str], sent: dict[str, Any]) -> Iterator[Fix]:
    """A limit of the reply by a name that is refused, without a word of another one: chat completions know two, the
    login of ChatGPT takes none: https://github.com/RayBytes/ChatMock/issues/103
    """
    if names == ["max_tokens"] and "messages" in sent and "max_completion_tokens" not in sent:
        yield Fix("rename", ("max_tokens",), to="max_completion_tokens")
    elif len(names) == 1 and names[0] in MAXIMUM:
        yield Fix("drop", tuple(names))
    else:
        yield from _dropped(names)


def _place(match: re.Match[str]) -> list[str]:
    groups = match.groupdict()
    if not groups:
        return _split(match[1])
    name = groups.get("name")
    return [*_inside(_split(groups.get("path") or "")), *([name] if name else [])]


def _inside(names: list[str]) -> list[str]:
    """Return a path without the word for the whole body."""
    return names[1:] if names[:1] == ["body"] else names


def _hinted(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The refusal names a field that was sent, in whatever words: in `param`, or near a word for not supported."""
    for item in _objects(error):
        param = item.get("param")
        if isinstance(param, str) and wording.UNSUPPORTED.search(" ".join(texts)):
            yield from _dropped(_split(param))
    for text in texts:
        if wording.UNSUPPORTED.search(text):
            words = set(re.findall(r"[A-Za-z_]\w{3,}", text))
            yield from (fix for key in sent if {key, key.removesuffix("_kwargs")} & words for fix in _dropped([key]))


def _dropped(names: Sequence[str]) -> Iterator[Fix]:
    last = next((name for name in reversed(names) if name != ANY), "")
    if last and last not in ESSENTIAL and last not in MAXIMUM:
        yield Fix("drop", tuple(names))


def _split(path: str) -> list[str]:
    """Return the names of a path in any spelling: `a.0.b`, `a[0].b`, `'a', 0, 'b'`."""
    names = [name for name in re.split(r"[.\[\]', ]+", path) if name]
    return [ANY if name.isdigit() else name for name in names]


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, also in JSON that is a text in it, as gateways quote each other."""
    for item in _values(value):
        if isinstance(item, str):
            yield item


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    for item in _values(value):
        if isinstance(item, dict):
            yield item


def _values(value: Any, depth: int = 0) -> Iterator[Any]:
    if depth > 8:
        return
    yield value
    children: Sequence[Any] = ()
    if isinstance(value, dict):
        children = list(value.values())
    elif isinstance(value, list):
        children = value
    elif isinstance(value, str) and "{" in value:
        inner = _json(value[value.index("{") : value.rindex("}") + 1].encode()) if "}" in value else None
        children = [inner] if isinstance(inner, dict) else ()
    for child in children:
        yield from _values(child, depth + 1)


def _json(data: bytes) -> Any:
    try:
        return load(data)
    except (ValueError, RecursionError):
        return None
