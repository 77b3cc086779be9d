"""Unified messages to chat-completion messages, in the form that the vendor takes."""

from collections.abc import Iterable

from ccr.core.known import akin, once
from ccr.core.toolid import alnum_id, digest
from ccr.core.toolname import wire_name
from ccr.core.unified import Json, Message
from ccr.dialect.base import Target
from ccr.dialect.content import parts_of, stand_in, text_of
from ccr.dialect.openai_chat.order import Conversation
from ccr.dialect.openai_chat.part import marked, plain, user_part
from ccr.dialect.openai_chat.replay import replayed, signed

EMPTY_RESULT = "[The tool gave no output.]"


def encode_messages(messages: Iterable[Json], target: Target) -> list[Json]:
    """Return the messages to send. Their order is kept; the same history always gives the same bytes."""
    found = Conversation(target.vendor)
    images: list[Json] = []
    # All that a message becomes depends on, apart from itself.
    of = (target.vendor, target.provider, target.model)
    for message in messages:
        role = message.get("role")
        if images and role != "tool":
            # No vendor documents images in a tool message, so they follow the last result of the turn.
            found.add({"role": "user", "content": images}, aside=True)
            images = []
        if role == "system":
            _add_system(message, target, found)
            continue
        sent, shown = once(message, "chat", _sent, target, of=of)
        for one in sent:
            found.add(one)
        images += shown
    if images:
        found.add({"role": "user", "content": images}, aside=True)
    return found.close()


def _sent(message: Json, target: Target) -> tuple[list[Json], list[Json]]:
    """Return what a message becomes, and the images that were in a tool's result."""
    role, images = message.get("role"), list[Json]()
    if role == "tool":
        result, images = _tool(message, target)
        found = [result]
    else:
        found = _assistant(message, target) if role == "assistant" else _user(message, target)
    return [akin(one, message) for one in found], images


def wire_id(call_id: str, target: Target) -> str:
    """Return a tool call's id in the form that the vendor takes: itself if legal, else a hash of it."""
    style = target.vendor.tool_ids
    if style == "short40" and len(call_id) > 40:
        return f"call_{digest(call_id)[:32]}"
    return alnum_id(call_id) if style == "alnum9" else call_id


def _add_system(message: Json, target: Target, found: Conversation) -> None:
    """Add a system message in its place; where the vendor takes none there, as marked text of the user."""
    parts = [marked({"type": "text", "text": text}, p, target) for p in _parts(message) if (text := stand_in(p))]
    if not parts:
        return
    if found.at_start or target.vendor.late_system:
        found.add({"role": "system", "content": plain(parts)})
        return
    text = text_of(parts)
    is_marked = text.lstrip().startswith("<system-reminder>")
    reminder = text if is_marked else f"<system-reminder>\n{text}\n</system-reminder>"
    found.add({"role": "user", "content": reminder}, aside=True)


def _user(message: Json, target: Target) -> list[Json]:
    parts = [user_part(p, target) for p in _parts(message)]
    parts = [p for p in parts if p.get("type") != "text" or p.get("text")]
    return [{"role": "user", "content": plain(parts)}] if parts else []


def _parts(message: Json) -> list[Json]:
    return parts_of(message.get("content"))


def _tool(message: Json, target: Target) -> tuple[Json, list[Json]]:
    """Return a result, and the images that were in it."""
    call_id = wire_id(str(message.get("tool_call_id", "")), target)
    texts: list[str] = []
    images: list[Json] = []
    for part in _parts(message):
        sent = user_part(part, target)
        if sent["type"] == "text":
            texts.append(sent["text"])
            continue
        kind = "document" if sent["type"] == "file" else "image"
        images += [{"type": "text", "text": f"[{kind.capitalize()} from the result of tool call {call_id}]"}, sent]
        texts.append(f"[The {kind} follows in the next message.]")
    text = "\n".join(filter(None, texts)) or EMPTY_RESULT
    if message.get("is_error") and "error" not in text[:80].lower():
        text = f"Error: {text}"
    content = plain([marked({"type": "text", "text": text}, message, target)])
    return {"role": "tool", "tool_call_id": call_id, "content": content}, images


def _assistant(message: Json, target: Target) -> list[Json]:
    parts = [marked({"type": "text", "text": text}, p, target) for p in _parts(message) if (text := stand_in(p))]
    has_marks = any("cache_control" in part for part in parts)
    content = parts if has_marks else "\n".join(part["text"] for part in parts)
    calls = [_call(c, target) for c in message.get("tool_calls") or () if isinstance(c, dict)]
    if not content and not calls:
        return []
    sent: Json = {"role": "assistant", "content": content or None}
    sent.update(replayed(message, target))
    # A user's transformer knows a field that we don't: only such ones put more into a message.
    sent.update({name: value for name, value in message.items() if name not in Message.__annotations__})
    if calls:
        sent["tool_calls"] = signed(calls, message, target)
    return [sent]


def _call(call: Json, target: Target) -> Json:
    function = call.get("function") or {}
    return {
        "id": wire_id(str(call.get("id", "")), target),
        "type": "function",
        "function": {"name": wire_name(str(function.get("name", ""))), "arguments": function.get("arguments") or "{}"},
    }
