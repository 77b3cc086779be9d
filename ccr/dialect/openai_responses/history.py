"""Unified messages to the `input` items of a response: messages, calls, their outputs and replayed reasoning."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from ccr.core.history import repaired
from ccr.core.jsonio import load
from ccr.core.known import once
from ccr.core.seal import owned
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.base import Target
from ccr.dialect.content import document_text, inline_data, parts_of, remote_url, stand_in, text_of
from ccr.dialect.openai_responses.vendor import is_openai, takes_files
from ccr.dialect.turn import blocks_in_order

ID_LIMIT = 64
"""Characters of `call_id`: https://platform.openai.com/docs/api-reference/responses/create"""
EMPTY_RESULT = "[The tool gave no output.]"
NOTHING = "[Empty message.]"

# From this model on, assistant messages say whether they are comments on the way or the answer:
# https://developers.openai.com/api/docs/guides/latest-model
_PHASES = re.compile(r"(^|/)gpt-(5\.3-codex|5\.[4-9]|[6-9])")


def encode_history(messages: Sequence[Json], target: Target) -> tuple[str, list[Json]]:
    """Return (instructions, input). The system text at the start is the instructions, later one stays in its place.

    The same history always gives the same items, and a longer one begins with those of the shorter.
    """
    leading = list(takewhile(lambda m: m.get("role") == "system", messages))
    instructions = "\n\n".join(filter(None, (text_of(m.get("content")) for m in leading)))
    items: list[Json] = []
    extra: list[Json] = []
    for number, message in enumerate(repaired(messages[len(leading) :])):
        # What a message becomes depends on this, apart from itself.
        of = (target.vendor, target.provider, target.model, number)
        if message.get("role") == "tool":
            output, rest = once(message, "responses", _output, target, of=of)
            items.append(output)
            extra += rest
            continue
        items += _message("user", extra)
        extra = []
        items += once(message, "responses", _items, number, target, of=of)
    items += _message("user", extra)
    return instructions, items or _message("user", [{"type": "input_text", "text": NOTHING}])


def call_id(given: str) -> str:
    """Return a call's id as the API takes it: itself, or a hash of one that is too long or missing."""
    if 0 < len(given) <= ID_LIMIT:
        return given
    return "call_" + hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()[:32]


def _items(message: Json, number: int, target: Target) -> list[Json]:
    role, content = message.get("role"), message.get("content")
    if role == "assistant":
        return _turn(message, number, target)
    if role == "system":
        text = text_of(content)
        # What OpenAI calls developer is system elsewhere: https://model-spec.openai.com
        name = "developer" if is_openai(target.vendor) else "system"
        return _message(name, [{"type": "input_text", "text": text}] if text else [])
    parts = (_input_part(p, target) for p in parts_of(content))
    return _message("user", [p for p in parts if p.get("text") != ""])


def _message(role: str, content: list[Json]) -> list[Json]:
    return [{"type": "message", "role": role, "content": content}] if content else []


def _input_part(part: Json, target: Target) -> Json:
    kind = part.get("type")
    if kind == "image_url" and target.vendor.images and (url := (part.get("image_url") or {}).get("url")):
        return {"type": "input_image", "image_url": url, "detail": "auto"}
    is_file = kind == "document" and document_text(part) is None and takes_files(target.vendor)
    if is_file and (file := _file(part)):
        return file
    return {"type": "input_text", "text": stand_in(part)}


def _file(part: Json) -> Json | None:
    """https://platform.openai.com/docs/guides/pdf-files?api-mode=responses"""
    data, url = inline_data(part), remote_url(part)
    if data is not None:
        name = part.get("title") or "document.pdf"
        return {"type": "input_file", "filename": str(name), "file_data": f"data:{data[0]};base64,{data[1]}"}
    return {"type": "input_file", "file_url": url} if url else None


def _output(message: Json, target: Target) -> tuple[Json, list[Json]]:
    """Return the output of a call. Not every server takes images in it: then they come beside it, for a message after
    the outputs of the turn.
    """
    extra: list[Json] = []
    sent_id = call_id(str(message.get("tool_call_id", "")))
    parts = [p for p in (_input_part(p, target) for p in parts_of(message.get("content"))) if p.get("text") != ""]
    texts = [p["text"] for p in parts if p["type"] == "input_text"]
    if message.get("is_error") and "error" not in "".join(texts)[:80].lower():
        parts.insert(0, {"type": "input_text", "text": "Error:"})
    found: Any = parts
    if all(p["type"] == "input_text" for p in parts):
        found = "\n".join(p["text"] for p in parts) or EMPTY_RESULT
    elif not is_openai(target.vendor):
        extra.append({"type": "input_text", "text": f"[From the result of tool call {sent_id}]"})
        extra.extend(p for p in parts if p["type"] != "input_text")
        texts = [p["text"] for p in parts if p["type"] == "input_text"]
        found = "\n".join([*texts, "[The files of this result follow in the next message.]"])
    return {"type": "function_call_output", "call_id": sent_id, "output": found}, extra


def _turn(message: Json, number: int, target: Target) -> list[Json]:
    items: list[Json] = []
    for kind, block in blocks_in_order(message):
        if kind == "thinking":
            items.extend(_reasoning(block, target))
        elif kind == "tool":
            items.append(_call(block))
        elif text := stand_in(block):
            _say(items, text)
    while items and items[-1]["type"] == "reasoning":
        # "Item of type 'reasoning' was provided without its required following item":
        # https://github.com/openai/openai-agents-python/issues/1611
        items.pop()
    if not is_openai(target.vendor):
        _complete(items, number)
    elif _PHASES.search(target.model):
        _add_phases(items)
    return items


def _say(items: list[Json], text: str) -> None:
    part = {"type": "output_text", "text": text}
    if items and items[-1]["type"] == "message":
        items[-1]["content"].append(part)
    else:
        items.extend(_message("assistant", [part]))


def _add_phases(items: list[Json]) -> None:
    calls = [place for place, item in enumerate(items) if item["type"] == "function_call"]
    for place, item in enumerate(items):
        if item["type"] == "message":
            item["phase"] = "commentary" if calls and place < calls[-1] else "final_answer"


def _complete(items: list[Json], number: int) -> None:
    """Add what an output message has in OpenAI's schema, which other servers check to the letter. OpenAI itself does
    without, and knows the ids that it gave. https://github.com/vllm-project/vllm/pull/41355
    """
    for place, item in enumerate(items):
        if item["type"] == "message":
            for part in item["content"]:
                part["annotations"] = []
            item["id"] = f"msg_{number}_{place}"
            item["status"] = "completed"


def _call(call: Json) -> Json:
    function = call.get("function") or {}
    return {
        "type": "function_call",
        "call_id": call_id(str(call.get("id", ""))),
        "name": wire_name(str(function.get("name", ""))),
        "arguments": function.get("arguments") or "{}",
    }


def _reasoning(block: Json, target: Target) -> Iterable[Json]:
    """The model's own reasoning goes back as it came; another model's is left out.

    Nothing is stored at OpenAI, so an item without its encrypted content would not be found there. Open models take
    their `reasoning_text`. https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items
    """
    payload = owned(block.get("signature") or "", target.provider, target.model)
    try:
        item: Any = load(payload) if payload else None
    except ValueError:
        return
    if isinstance(item, dict) and (item.get("encrypted_content") or item.get("content")):
        # `summary` is required even when it is empty.
        yield {"type": "reasoning", "summary": [], **item}
