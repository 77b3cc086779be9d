"""Pictures in a Messages body: found by their content, and put into words for models that can't see."""

from collections.abc import Mapping
from typing import Any

from ccr.anthropic.nested import find, name_of, replaced
from ccr.core.unified import Json

WITHOUT = "[An image that could not be described. Say that you can't see it if it matters.]"


def pictures(body: Json) -> dict[str, Json]:
    """Return the image blocks of a conversation by name, also those in tool results, the oldest first."""
    return {name_of(block): block for block in find(body, "image")}


def worded(body: Json, words: Mapping[str, str]) -> Json:
    """Return the body with text in place of every image; those without `words` get a placeholder."""
    return replaced(body, "image", lambda block: _worded(block, words.get(name_of(block))))


def question(image: Json, said: str) -> Json:
    """Return the Messages body that asks a model for the description of an image; `said` is what the user wants."""
    task = (
        "Describe this image for a programmer's assistant that can't see it: transcribe all text, code and error "
        "messages word for word, then say what else it shows (layout, elements, colours, figures, what is selected or "
        "broken). Answer with the description only."
    )
    if said:
        task += f"\n\nIt comes with these words, so be exact about what they are about:\n{said[:2000]}"
    return {
        "max_tokens": 2000,
        "messages": [{"role": "user", "content": [image, {"type": "text", "text": task}]}],
    }


def answer_text(message: Any) -> str:
    """Return the text of a whole Messages reply, empty if it has none."""
    content = message.get("content") if isinstance(message, dict) else None
    blocks = content if isinstance(content, list) else []
    return "\n".join(str(b.get("text", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "text").strip()


def _worded(block: Json, said: str | None) -> Json:
    text = f"[Image, described by another model:\n{said}]" if said else WITHOUT
    kept = {k: v for k, v in block.items() if k == "cache_control"}
    return {"type": "text", "text": text, **kept}
