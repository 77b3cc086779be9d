"""Content parts of a unified request in words: for targets that can't take a part as it is."""

from collections.abc import Iterable
from typing import Any

from ccr.core.history import NO_SIGHT
from ccr.core.unified import Json

_EXECUTED = ("code_execution_tool_result", "bash_code_execution_tool_result")


def parts_of(content: Any) -> list[Json]:
    """Return content as a list of part dicts, whatever form it has; foreign entries are passed over."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    if isinstance(content, list):
        return [p if isinstance(p, dict) else {"type": "text", "text": str(p)} for p in content]
    return []


def text_of(content: Any) -> str:
    """Return the whole content as plain text; parts without text are described by `stand_in`."""
    if isinstance(content, str):
        return content
    return "\n".join(filter(None, (stand_in(part) for part in parts_of(content))))


def stand_in(part: Json) -> str:
    """Return the text that takes a part's place where the target can't take the part itself."""
    kind = part.get("type")
    if kind == "text":
        return _string(part.get("text"))
    if kind in ("image_url", "image"):
        return NO_SIGHT
    if kind == "document":
        return _document(part)
    if kind == "search_result":
        lines = [_string(part.get("title")), _string(part.get("source")), text_of(part.get("content"))]
        return "\n".join(filter(None, lines))
    if kind == "tool_reference":
        return f"Tool {_string(part.get('tool_name'))!r} is available now."
    if kind == "server_tool_use":
        return _server_call(part.get("input"))
    if kind == "web_search_tool_result":
        return _search_results(part.get("content"))
    if kind == "container_upload":
        return ""
    if kind in _EXECUTED:
        return _execution(part.get("content"))
    return text_of(part.get("content")) or _string(part.get("text"))


def inline_data(part: Json) -> tuple[str, str] | None:
    """Return (media type, base64 data) of an image or document part that holds its bytes, else None."""
    if part.get("type") == "image_url":
        url = image_url(part)
        head, comma, data = url.partition(",")
        if not comma or not head.startswith("data:"):
            return None
        return head[5:].partition(";")[0] or "image/png", data
    source = part.get("source")
    if isinstance(source, dict) and source.get("type") == "base64":
        return _string(source.get("media_type")) or "application/octet-stream", _string(source.get("data"))
    return None


def remote_url(part: Json) -> str | None:
    """Return the http(s) address of an image or document part that is held elsewhere, else None."""
    if part.get("type") == "image_url":
        url = image_url(part)
        return url if url.startswith(("http://", "https://")) else None
    source = part.get("source")
    if isinstance(source, dict) and source.get("type") == "url":
        return _string(source.get("url")) or None
    return None


def image_url(part: Json) -> str:
    """Return the address of an image part, http or data; empty if it has none."""
    holder = part.get("image_url")
    return _string(holder.get("url")) if isinstance(holder, dict) else _string(holder)


def document_text(part: Json) -> str | None:
    """Return the text of a document part whose source is text or content blocks, None for a PDF or a file."""
    source = part.get("source")
    if not isinstance(source, dict):
        return None
    if source.get("type") == "text":
        return _string(source.get("data"))
    if source.get("type") == "content":
        return text_of(source.get("content"))
    return None


def _document(part: Json) -> str:
    title, text = _string(part.get("title")), document_text(part)
    if text is None:
        name = f" {title!r}" if title else ""
        return f"[The document{name} was left out here: this model can't read it.]"
    return f"{title}\n\n{text}" if title else text


def _server_call(given: Any) -> str:
    given = given if isinstance(given, dict) else {}
    if given.get("query"):
        return f"[Searched the web for {given['query']!r}.]"
    code = _string(given.get("code")) or _string(given.get("command"))
    return f"[Ran on the provider's side:]\n{code}" if code else ""


def _execution(content: Any) -> str:
    """The output of code; a result without any has an error code."""
    content = content if isinstance(content, dict) else {}
    said = (_string(content.get(field)) for field in ("stdout", "stderr", "error_code"))
    text = "\n".join(filter(None, said))
    return f"[Its output:]\n{text}" if text else ""


def _search_results(content: Any) -> str:
    if not isinstance(content, list):
        return "[The web search failed.]"
    return "\n".join(_lines(content))


def _lines(hits: Iterable[Any]) -> Iterable[str]:
    for hit in hits:
        if isinstance(hit, dict):
            yield f"- {_string(hit.get('title'))} {_string(hit.get('url'))}".rstrip()


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
