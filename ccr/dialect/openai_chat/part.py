"""Content parts in chat completions: text, images and files, or words in their place."""

from ccr.core.unified import Json
from ccr.dialect.base import Target
from ccr.dialect.content import document_text, image_url, inline_data, parts_of, remote_url, stand_in

MARK = {"type": "ephemeral"}
"""The only kind of cache mark that is known beyond Anthropic."""


def user_part(part: Json, target: Target) -> Json:
    """Return a part of a user message in a form that the target takes."""
    kind = part.get("type")
    if kind == "text":
        return marked({"type": "text", "text": part.get("text") or ""}, part, target)
    if kind == "image_url" and target.vendor.images:
        return marked({"type": "image_url", "image_url": {"url": image_url(part)}}, part, target)
    is_file = kind == "document" and target.vendor.documents and document_text(part) is None
    return (is_file and _file(part)) or marked({"type": "text", "text": _words(part)}, part, target)


def marked(sent: Json, part: Json, target: Target) -> Json:
    """Return the part with the client's cache mark, where the target takes one."""
    if target.vendor.cache_control and part.get("cache_control"):
        sent["cache_control"] = MARK
    return sent


def plain(parts: list[Json]) -> str | list[Json]:
    """Text alone travels as a string, since some servers take nothing else."""
    if all(part.get("type") == "text" and len(part) == 2 for part in parts):
        return "\n\n".join(part["text"] for part in parts)
    return parts


def joined(first: str | list[Json], second: str | list[Json]) -> str | list[Json]:
    """Return two contents as one."""
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*parts_of(first), *parts_of(second)]


def _file(part: Json) -> Json | None:
    """https://platform.openai.com/docs/guides/pdf-files?api-mode=chat"""
    data = inline_data(part)
    if data is None:
        return None
    name, address = part.get("title") or "document.pdf", f"data:{data[0]};base64,{data[1]}"
    return {"type": "file", "file": {"filename": name, "file_data": address}}


def _words(part: Json) -> str:
    """Return the text that stands for a part; the address of one that is held elsewhere is all there is of it."""
    address = remote_url(part)
    text = stand_in(part)
    return f"{text} It is at {address}" if address else text
