"""Unified messages to chat-completion messages, in the form that the vendor takes."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ccr.core.jsonio import load
from ccr.core.seal import owned
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.base import Target
from ccr.dialect.content import document_text, inline_data, parts_of, remote_url, stand_in, text_of

EMPTY_RESULT = "[The tool gave no output.]"


def encode_messages(messages: Iterable[Json], target: Target) -> list[Json]:
    """Return the messages to send. Their order is kept; the same history always gives the same bytes."""
    found: list[Json] = []
    images: list[Json] = []
    for message in messages:
        role = message.get("role")
        if role == "tool":
            found.append(_tool(message, target, images))
            continue
        if images:
            # No vendor documents images in a tool message, so they follow the last result of the turn.
            found.append({"role": "user", "content": images})
            images = []
        if role == "assistant":
            found.extend(_assistant(message, target))
        elif role == "system":
            found.extend(_system(message, target, first=not found or found[-1]["role"] == "system"))
        else:
            found.extend(_user(message, target))
    if images:
        found.append({"role": "user", "content": images})
    return found if target.vendor.user_after_tool else list(_without_user_after_tool(found))


def wire_id(call_id: str, target: Target) -> str:
    """Return a tool call's id in the form that the vendor takes: itself if legal, else a hash of it."""
    style = target.vendor.tool_ids
    if style == "alnum9" and not (len(call_id) == 9 and call_id.isalnum()):
        return hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()[:9]
    if style == "short40" and len(call_id) > 40:
        return "call_" + hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()[:32]
    return call_id


def _system(message: Json, target: Target, *, first: bool) -> Iterable[Json]:
    content = message.get("content")
    if target.vendor.cache_control and isinstance(content, list):
        parts = [_kept_text(p) for p in parts_of(content) if p.get("text")]
        if parts:
            yield {"role": "system", "content": parts}
        return
    text = text_of(content)
    if not text:
        return
    if first or target.vendor.late_system:
        yield {"role": "system", "content": text}
    elif text.lstrip().startswith("<system-reminder>"):
        yield {"role": "user", "content": text}
    else:
        yield {"role": "user", "content": f"<system-reminder>\n{text}\n</system-reminder>"}


def _user(message: Json, target: Target) -> Iterable[Json]:
    content = message.get("content")
    if isinstance(content, str):
        if content:
            yield {"role": "user", "content": content}
        return
    parts = [_user_part(p, target) for p in parts_of(content)]
    if parts := [p for p in parts if p.get("type") != "text" or p.get("text")]:
        yield {"role": "user", "content": _plain(parts)}


def _plain(parts: list[Json]) -> str | list[Json]:
    """Text alone travels as a string, since some servers take nothing else."""
    if all(p.get("type") == "text" and len(p) == 2 for p in parts):
        return "\n\n".join(p["text"] for p in parts)
    return parts


def _user_part(part: Json, target: Target) -> Json:
    kind = part.get("type")
    if kind == "text":
        return _kept_text(part) if target.vendor.cache_control else {"type": "text", "text": part.get("text") or ""}
    if kind == "image_url" and target.vendor.images:
        return {"type": "image_url", "image_url": {"url": (part.get("image_url") or {}).get("url", "")}}
    is_file = kind == "document" and target.vendor.documents and document_text(part) is None
    if is_file and (file := _file(part)):
        return file
    return {"type": "text", "text": stand_in(part)}


def _file(part: Json) -> Json | None:
    """https://platform.openai.com/docs/guides/pdf-files?api-mode=chat"""
    data = inline_data(part)
    address = f"data:{data[0]};base64,{data[1]}" if data else remote_url(part)
    if address is None:
        return None
    return {"type": "file", "file": {"filename": part.get("title") or "document.pdf", "file_data": address}}


def _kept_text(part: Json) -> Json:
    kept: Json = {"type": "text", "text": part.get("text") or stand_in(part)}
    if part.get("cache_control"):
        kept["cache_control"] = {"type": "ephemeral"}
    return kept


def _tool(message: Json, target: Target, images: list[Json]) -> Json:
    content, call_id = message.get("content"), str(message.get("tool_call_id", ""))
    texts: list[str] = []
    for part in parts_of(content):
        if part.get("type") == "image_url" and target.vendor.images:
            images.append({"type": "text", "text": f"[Image from the result of tool call {wire_id(call_id, target)}]"})
            images.append(_user_part(part, target))
            texts.append("[The image follows in the next message.]")
        elif part.get("type") == "document" and (sent := _user_part(part, target)).get("type") == "file":
            images.append(sent)
            texts.append("[The document follows in the next message.]")
        else:
            texts.append(stand_in(part))
    text = "\n".join(filter(None, texts)) or EMPTY_RESULT
    if message.get("is_error") and "error" not in text[:80].lower():
        text = f"Error: {text}"
    return {"role": "tool", "tool_call_id": wire_id(call_id, target), "content": text}


def _assistant(message: Json, target: Target) -> Iterable[Json]:
    parts = [p for p in parts_of(message.get("content")) if stand_in(p)]
    kept = target.vendor.cache_control and any(p.get("cache_control") for p in parts)
    content = [_kept_text(p) for p in parts] if kept else "\n".join(map(stand_in, parts))
    calls = [_call(c, target) for c in message.get("tool_calls") or ()]
    if not content and not calls:
        return
    sent: Json = {"role": "assistant", "content": content or None}
    sent.update(_replayed(message, target, calls=bool(calls)))
    if calls:
        sent["tool_calls"] = calls
    yield sent


def _call(call: Json, target: Target) -> Json:
    function = call.get("function") or {}
    return {
        "id": wire_id(str(call.get("id", "")), target),
        "type": "function",
        "function": {"name": wire_name(str(function.get("name", ""))), "arguments": function.get("arguments") or "{}"},
    }


def _replayed(message: Json, target: Target, *, calls: bool) -> Json:
    """Return the fields that give a provider its own reasoning back; another provider's is never sent.

    DeepSeek refuses a tool turn without `reasoning_content` while it thinks, so a turn that another model wrote gets
    an empty one: https://api-docs.deepseek.com/guides/thinking_mode
    """
    field = target.vendor.replay
    if field == "none":
        return {}
    text, payload = _own_thoughts(message.get("thinking") or {}, target)
    if field == "reasoning_details":
        found: Json = _details(payload)
        return found or ({"reasoning": text} if text else {})
    return {field: text} if text or (calls and field == "reasoning_content") else {}


def _own_thoughts(thinking: Json, target: Target) -> tuple[str, str]:
    texts, payloads = [], [""]
    for block in thinking.get("blocks") or ():
        payload = owned(block.get("signature") or "", target.provider, target.model)
        if payload is not None:
            texts.append(block.get("thinking") or "")
            payloads.append(payload)
    return "\n".join(filter(None, texts)), next(filter(None, reversed(payloads)), "")


def _details(payload: str) -> Json:
    try:
        found: Any = load(payload) if payload else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("reasoning_details"), list) else {}


def _without_user_after_tool(messages: Iterable[Json]) -> Iterable[Json]:
    """Mistral refuses a user message directly after a tool result: the text joins the result it follows."""
    last: Json | None = None
    for message in messages:
        content = message.get("content")
        if last is not None and last["role"] == "tool" and message["role"] == "user" and isinstance(content, str):
            last["content"] = f"{last['content']}\n\n{content}"
            continue
        if last is not None and last["role"] == "tool" and message["role"] == "user":
            yield {"role": "assistant", "content": "Understood."}
        yield message
        last = message
