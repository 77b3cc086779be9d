"""Unified messages as Gemini's `systemInstruction` and `contents`.

Rules, each answered with 400 when it is broken: turns alternate between user and model and begin with the user; each
function call of a model turn has exactly one response, in the user turn directly after it; no part is empty.
https://ai.google.dev/api/caching#Content and https://ai.google.dev/gemini-api/docs/function-calling
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from ccr.core.history import NO_RESULT, ORPHAN
from ccr.core.jsonio import load
from ccr.core.known import once
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.content import parts_of, stand_in, text_of
from ccr.dialect.gemini.media import IN_RESULTS, media_part
from ccr.dialect.gemini.model import Recipient
from ccr.dialect.gemini.signature import SKIP, Signed, unpack
from ccr.dialect.turn import blocks_in_order

EMPTY_RESULT = "[The tool gave no output.]"
BEGINNING = "[The conversation continues from here.]"
CONTINUE = "[Continue your last message exactly where it ends.]"
NOTHING = "[Empty message.]"


def encode_contents(messages: Sequence[Json], to: Recipient) -> tuple[list[Json], list[Json]]:
    """Return (parts of the system instruction, contents).

    The system messages at the start are the instruction; later ones stay in their place as marked user text. The same
    history always gives the same contents, and those of a longer one begin with them.
    """
    leading = list(takewhile(lambda m: m.get("role") == "system", messages))
    system = [{"text": text} for m in leading for p in parts_of(m.get("content")) if (text := stand_in(p))]
    contents: list[Json] = []
    # What a message becomes depends on this, apart from itself.
    of = (to.target.provider, to.target.model, to.model)
    if not to.model.system:
        _add(contents, "user", system)
        system = []
    for message, following in _steps(messages[len(leading) :]):
        _add(contents, "model", once(message, "gemini", _turn, to, of=of))
        calls = [c for c in message.get("tool_calls") or () if isinstance(c, dict)]
        answered, others = _paired(calls, following)
        _add(contents, "user", _results(answered, to))
        for other in others:
            _add(contents, "user", once(other, "gemini user", _user_parts))
    return _completed(system, contents, to)


def _steps(messages: Iterable[Json]) -> Iterable[tuple[Json, list[Json]]]:
    """Return each assistant message with what follows it up to the next; first what stands before them all."""
    message: Json = {}
    following: list[Json] = []
    for one in messages:
        if one.get("role") == "assistant":
            yield message, following
            message, following = one, []
        else:
            following.append(one)
    yield message, following


def _paired(calls: list[Json], following: list[Json]) -> tuple[list[tuple[Json, Json]], list[Json]]:
    """Return (each call with its result, the other messages in their order)."""
    others = list(following)
    answered: list[tuple[Json, Json]] = []
    for call in calls:
        found = next((m for m in others if m.get("role") == "tool" and m.get("tool_call_id") == _id(call)), None)
        if found is not None:
            others.remove(found)
        answered.append((call, found or {"content": NO_RESULT}))
    return answered, others


def _completed(system: list[Json], contents: list[Json], to: Recipient) -> tuple[list[Json], list[Json]]:
    if not contents:
        return [], [{"role": "user", "parts": system or [{"text": NOTHING}]}]
    if contents[0]["role"] == "model":
        contents.insert(0, {"role": "user", "parts": [{"text": BEGINNING}]})
    if contents[-1]["role"] == "model" and not to.model.continues:
        contents.append({"role": "user", "parts": [{"text": CONTINUE}]})
    return system, contents


def _add(contents: list[Json], role: str, parts: list[Json]) -> None:
    if contents and contents[-1]["role"] == role:
        contents[-1]["parts"].extend(parts)
    elif parts:
        contents.append({"role": role, "parts": [*parts]})


def _user_parts(message: Json) -> list[Json]:
    if message.get("role") == "system":
        text = text_of(message.get("content"))
        is_marked = text.lstrip().startswith("<system-reminder>")
        return [{"text": text if is_marked else f"<system-reminder>\n{text}\n</system-reminder>"}] if text else []
    parts: list[Json] = [{"text": ORPHAN}] if message.get("role") == "tool" else []
    for part in parts_of(message.get("content")):
        if found := media_part(part):
            parts.append(found)
        elif text := stand_in(part):
            parts.append({"text": text})
    return parts


def _turn(message: Json, to: Recipient) -> list[Json]:
    """Return the parts of a model turn, each with the signature that Gemini had put on it."""
    blocks = list(blocks_in_order(message))
    states = [(block, _own(block, to)) for kind, block in blocks if kind == "thinking"]
    signatures = {s.tool: s.signature for _, s in states if s and s.on == "tool"}
    calls = {_id(block) for kind, block in blocks if kind == "tool"}
    # The id of a repeated call is changed on its way to the client; the signature then goes by its place.
    waiting = [signature for tool, signature in signatures.items() if tool not in calls]
    parts: list[Json] = []
    for kind, block in blocks:
        if kind == "tool":
            first = not any("functionCall" in part for part in parts)
            signature = signatures.get(_id(block)) or (waiting.pop(0) if waiting else "")
            parts.append(_call(block, signature or (SKIP if first and to.model.signs else "")))
        elif kind == "thinking":
            _restore(parts, block, next(s for b, s in states if b is block))
        elif text := stand_in(block):
            parts.append({"text": text})
    return parts if any(not part.get("thought") for part in parts) else []


def _own(block: Json, to: Recipient) -> Signed | None:
    return unpack(block, to.target.provider, to.target.model)


def _restore(parts: list[Json], block: Json, signed: Signed | None) -> None:
    """Put back what stood where this thinking block stands now; the thoughts of other models are left out."""
    if signed is None or signed.on == "tool":
        return
    if signed.on == "part" and signed.part:
        parts.append(signed.part)
    elif signed.on == "thought":
        parts.append({"text": block.get("thinking") or "", "thought": True, "thoughtSignature": signed.signature})
    elif parts and set(parts[-1]) == {"text"}:
        parts[-1]["thoughtSignature"] = signed.signature
    else:
        # Gemini itself streams a signature that comes last in an empty text part.
        parts.append({"text": "", "thoughtSignature": signed.signature})


def _call(call: Json, signature: str) -> Json:
    found: Json = {"functionCall": {**_identity(call), "args": _arguments(call)}}
    if signature:
        found["thoughtSignature"] = signature
    return found


def _identity(call: Json) -> Json:
    function = call.get("function") or {}
    named: Json = {"name": wire_name(str(function.get("name", "")))}
    return {"id": _id(call), **named} if _id(call) else named


def _id(call: Json) -> str:
    return str(call.get("id") or "")


def _arguments(call: Json) -> Json:
    text = (call.get("function") or {}).get("arguments")
    try:
        found: Any = load(text) if isinstance(text, str) and text.strip() else {}
    except ValueError:
        found = text
    return found if isinstance(found, dict) else {"arguments": found}


def _results(answered: list[tuple[Json, Json]], to: Recipient) -> list[Json]:
    """Return one response for each call, in the order of the calls, then the files that responses can't hold."""
    parts: list[Json] = []
    files: list[Json] = []
    for call, message in answered:
        identity = _identity(call)
        response, rest = once(message, "gemini", _response, identity, to, of=(to.model, identity))
        parts.append({"functionResponse": response})
        files += rest
    return parts + files


def _response(message: Json, identity: Json, to: Recipient) -> tuple[Json, list[Json]]:
    """Return a function response, and the files that it can't hold, each under a line that says whose it is."""
    texts: list[str] = []
    inside: list[Json] = []
    files: list[Json] = []
    for part in parts_of(message.get("content")):
        found = media_part(part)
        if found is None:
            texts.append(stand_in(part))
        elif to.model.sees_results and found.get("inlineData", {}).get("mimeType") in IN_RESULTS:
            inside.append(found)
        else:
            texts.append("[A file of this result follows below.]")
            files += [{"text": f"[File from the result of {identity['name']} {identity.get('id', '')}]"}, found]
    text = "\n".join(filter(None, texts)) or ("" if inside else EMPTY_RESULT)
    # The keys that Google names; the text stays text, because "$ref" in a structure would be followed.
    response = {"error" if message.get("is_error") else "output": text}
    return {**identity, "response": response, **({"parts": inside} if inside else {})}, files
