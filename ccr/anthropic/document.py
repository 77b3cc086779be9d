"""PDF files in a Messages body: found by content, and put into their own words for models that take none."""

from collections.abc import Mapping
from typing import Any

from ccr.anthropic.nested import find, name_of, replaced
from ccr.core.unified import Json

NO_TEXT = "[This PDF has no text that can be extracted, perhaps only scanned pages. Say so if it matters.]"


def pdfs(body: Json) -> dict[str, str]:
    """Return the PDF files of a conversation by name, in base64, the oldest first; files held elsewhere don't count."""
    return {name_of(block): data for block in find(body, "document") if (data := _data(block))}


def extracted(body: Json, texts: Mapping[str, str]) -> Json:
    """Return the body with text documents in place of its PDF files; those without `texts` say that they have none."""
    return replaced(body, "document", lambda block: _extracted(block, texts) if _data(block) else block)


def _extracted(block: Json, texts: Mapping[str, str]) -> Json:
    text = texts.get(name_of(block)) or NO_TEXT
    return {**block, "source": {"type": "text", "media_type": "text/plain", "data": text}}


def _data(block: Json) -> str:
    source: Any = block.get("source")
    if not isinstance(source, dict) or source.get("type") != "base64" or source.get("media_type") != "application/pdf":
        return ""
    data = source.get("data")
    return data if isinstance(data, str) else ""
