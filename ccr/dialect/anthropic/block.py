"""Unified parts to content blocks, in the form that the target takes."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from ccr.core.jsonio import load
from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.anthropic.claude import is_claude, on_vertex
from ccr.dialect.base import Target
from ccr.dialect.content import document_text, inline_data, parts_of, remote_url, stand_in

_SERVER_ID = re.compile(r"(srvtoolu|mcptoolu)_[a-zA-Z0-9]+")
"""Ids of Anthropic's own; those that the router makes for others' have further underscores."""
_LEGAL_ID = re.compile(r"[a-zA-Z0-9_-]+")
_LEGAL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_ENCRYPTED = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_MISPLACED = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking"})
"""Blocks that are no parts: one among them stands in the turn of the wrong role."""
_VERTEX_BLOCKS = frozenset({"server_tool_use", "web_search_tool_result", "search_result"})


def legal_id(given: str) -> str:
    """Return a tool call's id as `^[a-zA-Z0-9_-]+$`: itself, or legal characters and a hash of the whole."""
    if _LEGAL_ID.fullmatch(given):
        return given
    digest = hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{re.sub(r'[^a-zA-Z0-9_-]', '_', given)[:40]}_{digest}".lstrip("_")


def tool_name(name: str, target: Target) -> str:
    """Return a tool's name as the target takes it: Anthropic's limit is 128 characters, elsewhere OpenAI's is usual."""
    return name if is_claude(target) and _LEGAL_NAME.fullmatch(name) else wire_name(name)


def content_block(part: Json, target: Target) -> Json | None:
    """Return the block for a part of a user turn or a tool result, or None if nothing is left of it."""
    kind = part.get("type")
    if kind == "text":
        return _text(part, target)
    if kind == "image_url":
        block = _image(part) if target.vendor.images else None
    elif kind == "document":
        block = part if _takes_document(part, target) else None
    else:
        block = part if _takes_block(part, target) else None
    return marked(block, part) if block is not None else _stand_in(part)


def assistant_blocks(parts: list[Json], target: Target, *, last: bool = False) -> Iterable[tuple[Json, Json]]:
    """Return (part, block) for the parts of an assistant turn that have one.

    Server tools go back only to Anthropic and only as they came: results that another provider found have no
    encrypted content, without which Anthropic refuses them. Then the turn tells of the search in words. A call without
    a result may only be what the `last` turn ends with, which is how a paused turn is resumed.
    """
    results = {str(p.get("tool_use_id")) for p in parts if is_server_result(p) and is_genuine(p)}
    if last and parts and parts[-1].get("type") == "server_tool_use":
        results.add(str(parts[-1].get("id")))
    for part in parts:
        kind = part.get("type")
        if kind == "text":
            block = _text(part, target)
        elif kind == "server_tool_use" or is_server_result(part):
            call_id = str(part.get("id") if kind == "server_tool_use" else part.get("tool_use_id"))
            kept = call_id in results and _takes_block(part, target)
            block = part if kept else _stand_in(part)
        else:
            block = part if _takes_block(part, target) else _stand_in(part)
        if block is not None:
            yield part, block


def tool_use(call: Json, target: Target) -> Json:
    """Return the block for a call. Arguments that are no JSON object are handed over as text under `_raw`."""
    function = call.get("function") or {}
    arguments = function.get("arguments") or "{}"
    try:
        found: Any = load(arguments)
    except (ValueError, RecursionError):
        found = arguments
    block = {
        "type": "tool_use",
        "id": legal_id(str(call.get("id", ""))),
        "name": tool_name(str(function.get("name", "")), target),
        "input": found if isinstance(found, dict) else {"_raw": arguments},
    }
    caller = call.get("caller")
    if isinstance(caller, dict) and caller.get("type") != "direct" and is_claude(target) and not on_vertex(target):
        # A call by a program of the model belongs to the server tool that runs it.
        block["caller"] = caller
    return block


def tool_result(message: Json, tools: frozenset[str], target: Target) -> Json:
    """Return the block for a tool message. `tools` are the client's names of the tools on offer."""
    block: Json = {"type": "tool_result", "tool_use_id": legal_id(str(message.get("tool_call_id", "")))}
    content, failed = message.get("content"), bool(message.get("is_error"))
    if isinstance(content, str):
        block["content"] = content
    elif blocks := list(_result_blocks(parts_of(content), tools, target, failed=failed)):
        block["content"] = blocks
    if failed:
        block["is_error"] = True
    return marked(block, message)


def marked(block: Json, source: Json) -> Json:
    """Return the block with the cache mark of its source."""
    if source.get("cache_control") and "cache_control" not in block:
        return {**block, "cache_control": source["cache_control"]}
    return block


def _result_blocks(parts: list[Json], tools: frozenset[str], target: Target, *, failed: bool) -> Iterable[Json]:
    for part in parts:
        unknown = part.get("type") == "tool_reference" and part.get("tool_name") not in tools
        # "When is_error is true, all content must be of type text"; "Tool reference not found in available tools".
        foreign = unknown or (failed and part.get("type") != "text")
        block = _stand_in(part) if foreign else content_block(part, target)
        if block is not None:
            yield block


def _text(part: Json, target: Target) -> Json | None:
    """Blank text is refused: "text content blocks must contain non-whitespace text"."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        return None
    block: Json = {"type": "text", "text": text}
    citations = [c for c in part.get("citations") or () if is_claude(target) and _is_citation(c)]
    if citations:
        block["citations"] = citations
    return marked(block, part)


def _stand_in(part: Json) -> Json | None:
    text = stand_in(part)
    return {"type": "text", "text": text} if text.strip() else None


def _image(part: Json) -> Json | None:
    data, url = inline_data(part), remote_url(part)
    if data is not None:
        media_type = part.get("media_type") or data[0]
        return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data[1]}}
    return {"type": "image", "source": {"type": "url", "url": url}} if url else None


def _takes_document(part: Json, target: Target) -> bool:
    """Text documents are words anyway; a file is known only where it was uploaded."""
    if is_claude(target):
        return True
    if document_text(part) is not None or (inline_data(part) is None and remote_url(part) is None):
        return False
    return takes_files(target)


def takes_files(target: Target) -> bool:
    """Tell whether files may be sent as `document` blocks."""
    return is_claude(target) or target.vendor.documents or target.vendor.name in ("unknown", "local")


def _takes_block(part: Json, target: Target) -> bool:
    if not is_claude(target) or not isinstance(part.get("type"), str) or part["type"] in _MISPLACED:
        return False
    return not on_vertex(target) or part["type"] in _VERTEX_BLOCKS


def is_server_result(part: Json) -> bool:
    """Tell whether a part is what one of the provider's own tools found."""
    return str(part.get("type")).endswith("_tool_result")


def is_genuine(result: Json) -> bool:
    """Tell whether such a result is Anthropic's own, which alone Anthropic takes back."""
    content = result.get("content")
    if not _SERVER_ID.fullmatch(str(result.get("tool_use_id"))):
        return False
    if result.get("type") != "web_search_tool_result" or not isinstance(content, list):
        return True
    return all(isinstance(h, dict) and _ENCRYPTED.fullmatch(str(h.get("encrypted_content"))) for h in content)


def _is_citation(citation: Any) -> bool:
    if not isinstance(citation, dict):
        return False
    return citation.get("type") != "web_search_result_location" or bool(citation.get("encrypted_index"))
