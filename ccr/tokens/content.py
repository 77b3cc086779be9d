"""Finds what counts in the body of a Messages request: texts by section, images, documents, the frame around them.

Reads foreign JSON and never raises: a block of the wrong shape gives the texts that are in it. Base64 is never text.
https://docs.claude.com/en/api/messages, https://docs.claude.com/en/build-with-claude/token-counting
"""

from collections.abc import Callable
from typing import Any, Literal, get_args

import msgspec

from ccr.tokens import image, pdf

Section = Literal["system", "tools", "messages", "images", "documents"]
SECTIONS: tuple[Section, ...] = get_args(Section)

REQUEST_FRAME = 3
MESSAGE_FRAME = 4
TOOL_FRAME = 8
CALL_FRAME = 8
"""Tokens of what chat templates write around a request, a message, a tool's definition, a tool's call or result (with
its id). Templates differ; the calibration evens that out."""

UNKNOWN_DOCUMENT = pdf.PAGE_TOKENS
"""A document that only the provider can fetch (by URL or file id): one page."""
ENCRYPTED_CHARS = 6
"""Characters of an encrypted field (search results, redacted thinking) for each token that it stands for, roughly."""

_MAX_DEPTH = 8
_ENCRYPTED = frozenset({"encrypted_content", "encrypted_stdout"})
_OPAQUE = _ENCRYPTED | {"type", "id", "tool_use_id", "file_id", "data", "signature", "cache_control", "encrypted_index"}

Json = dict[str, Any]


class Sheet(msgspec.Struct):
    """What counts in one body. `texts` and `pdfs` are still to be weighed; `fixed` holds tokens known already."""

    texts: list[tuple[Section, str]]
    pdfs: list[str]
    fixed: dict[Section, int]


def read(body: Any) -> Sheet:
    """Return what counts in `body`, a parsed Messages or count_tokens request.

    Thinking counts only in the tool loop that is still open: Anthropic, like the others that take it back, drops
    that of earlier turns by default. https://docs.claude.com/en/build-with-claude/context-editing
    """
    sheet = Sheet(texts=[], pdfs=[], fixed=dict.fromkeys(SECTIONS, 0))
    if not isinstance(body, dict) or not body:
        return sheet
    sheet.fixed["messages"] = REQUEST_FRAME
    _content(sheet, body.get("system"), section="system")
    tools = body.get("tools")
    for tool in tools if isinstance(tools, list) else ():
        _tool(sheet, tool)
    messages = body.get("messages")
    if isinstance(messages, list):
        _messages(sheet, messages)
    else:
        _loose(sheet, messages)
    return sheet


def _tool(sheet: Sheet, tool: Any) -> None:
    if not isinstance(tool, dict):
        return _loose(sheet, tool, section="tools")
    name, schema = tool.get("name"), tool.get("input_schema")
    if isinstance(name, str) and schema is not None:
        sheet.fixed["tools"] += TOOL_FRAME
        description = tool.get("description")
        text = f"{name}\n{description if isinstance(description, str) else ''}\n{_json(schema)}"
    else:
        # A server tool or something odd: its whole JSON, which is frame enough.
        text = _json({key: value for key, value in tool.items() if key != "cache_control"})
    sheet.texts.append(("tools", text))
    return None


def _messages(sheet: Sheet, messages: list[Any]) -> None:
    open_loop = _open_loop(messages)
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            _loose(sheet, message)
            continue
        if "role" in message:
            sheet.fixed["messages"] += MESSAGE_FRAME
        _content(sheet, message.get("content"), thinking=index >= open_loop)


def _open_loop(messages: list[Any]) -> int:
    """Return the index after the last message in which the user said something new rather than gave tool results."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if isinstance(message, dict) and message.get("role") == "user" and not _has_result(message.get("content")):
            return index + 1
    return 0


def _has_result(content: Any) -> bool:
    return isinstance(content, list) and any(
        isinstance(block, dict) and block.get("type") == "tool_result" for block in content
    )


def _content(
    sheet: Sheet, content: Any, *, section: Section = "messages", thinking: bool = False, depth: int = 0
) -> None:
    """Read a string or a list of blocks."""
    if isinstance(content, str):
        sheet.texts.append((section, content))
    elif not isinstance(content, list) or depth > _MAX_DEPTH:
        _loose(sheet, content, section=section, depth=depth)
    else:
        for block in content:
            _block(sheet, block, section=section, thinking=thinking, depth=depth)


def _block(sheet: Sheet, block: Any, *, section: Section, thinking: bool, depth: int) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "text" and isinstance(text := block.get("text"), str):
        sheet.texts.append((section, text))
    elif kind in ("thinking", "redacted_thinking"):
        if thinking:
            _thinking(sheet, block)
    elif kind == "tool_result":
        sheet.fixed[section] += CALL_FRAME
        _content(sheet, block.get("content"), section=section, depth=depth + 1)
    elif isinstance(kind, str) and (read_block := _BLOCKS.get(kind)):
        read_block(sheet, block, depth)
    else:
        _loose(sheet, block, section=section, depth=depth)


def _thinking(sheet: Sheet, block: Json) -> None:
    if isinstance(text := block.get("thinking"), str):
        sheet.texts.append(("messages", text))
    elif isinstance(data := block.get("data"), str):
        sheet.fixed["messages"] += len(data) // ENCRYPTED_CHARS


def _call(sheet: Sheet, block: Json, _depth: int) -> None:
    sheet.fixed["messages"] += CALL_FRAME
    name = block.get("name")
    sheet.texts.append(("messages", f"{name if isinstance(name, str) else ''}\n{_json(block.get('input'))}"))


def _image(sheet: Sheet, block: Json, _depth: int) -> None:
    data = _source(block).get("data")
    sheet.fixed["images"] += image.tokens(data) if isinstance(data, str) else image.MAX_TOKENS


def _document(sheet: Sheet, block: Json, depth: int) -> None:
    for text in (block.get("title"), block.get("context")):
        if isinstance(text, str):
            sheet.texts.append(("documents", text))
    source = _source(block)
    data = source.get("data")
    if source.get("type") == "content":
        _content(sheet, source.get("content"), section="documents", depth=depth + 1)
    elif source.get("type") == "text" and isinstance(data, str):
        sheet.texts.append(("documents", data))
    elif isinstance(data, str):
        sheet.pdfs.append(data)
    else:
        sheet.fixed["documents"] += UNKNOWN_DOCUMENT


_BLOCKS: dict[str, Callable[[Sheet, Json, int], None]] = {
    "tool_use": _call,
    "server_tool_use": _call,
    "mcp_tool_use": _call,
    "image": _image,
    "document": _document,
}


def _source(block: Json) -> Json:
    source = block.get("source")
    return source if isinstance(source, dict) else {}


def _loose(sheet: Sheet, value: Any, *, section: Section = "messages", depth: int = 0) -> None:
    """Read anything else, such as the results of server tools: all texts in it, and images and documents as such."""
    texts: list[str] = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, list):
            pending.extend(reversed(item))
        elif isinstance(item, dict):
            kind = item.get("type")
            if kind in ("image", "document") and depth <= _MAX_DEPTH:
                _BLOCKS[kind](sheet, item, depth + 1)
                continue
            pending.extend(item[key] for key in reversed(item) if key not in _OPAQUE)
            hidden = sum(len(item[key]) for key in _ENCRYPTED & item.keys() if isinstance(item[key], str))
            sheet.fixed[section] += hidden // ENCRYPTED_CHARS
    if texts:
        sheet.texts.append((section, "\n".join(texts)))


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):
        # Lone surrogates or endless nesting, which no client sends.
        texts = Sheet(texts=[], pdfs=[], fixed=dict.fromkeys(SECTIONS, 0))
        _loose(texts, value, depth=_MAX_DEPTH)
        return "\n".join(text for _, text in texts.texts)
