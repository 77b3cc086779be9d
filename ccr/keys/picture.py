"""Images that an upstream's model can't see: its refusals of them, and a request without them, in any wire format."""

import re
from collections.abc import Iterator
from typing import Any

from ccr.core.history import NO_SIGHT
from ccr.core.pattern import pattern

_THING = r"(?:images?|vision|multi-?modal)(?:[ _](?:inputs?|content|data|processing))?"
_REFUSED = pattern(
    # Ollama: https://github.com/ollama/ollama/issues/17301, LM Studio
    rf"(?:does not|doesn't|not) support {_THING}(?! (?:urls?|types?|formats?|media|mime|sizes?|generation))\b"
    # llama.cpp, NVIDIA: https://github.com/Alishahryar1/free-claude-code/issues/1149
    rf"|{_THING} (?:is|are) not (?:supported|enabled|allowed)"
    r"|endpoints? found that support image"  # OpenRouter, with 404
    # OpenAI: https://github.com/vllm-project/vllm/issues/11629
    r"|image_url[`'\"]? is only supported by certain models"
    r"|not a multi-?modal model"  # vLLM
    r"|unknown variant [`'\"]?image",  # DeepSeek
    re.IGNORECASE,
)
_TYPES = {"image_url": "text", "image": "text", "input_image": "input_text"}
"""The types of parts with an image, in chat completions, Messages and Responses, and those of text beside them."""
_DATA = frozenset(("input", "arguments", "args", "response"))
"""Below these lies data of tools inside a message."""


def refuses_images(text: str) -> bool:
    """Tell whether an upstream's error says that its model takes no images."""
    return bool(_REFUSED.search(text))


def leave_out_images(body: dict[str, Any]) -> bool:
    """Put words in the place of every image; tell whether there was any."""
    changed = False
    for parts, at in [place for name in ("messages", "contents", "input") for place in _images(body.get(name))]:
        kind = _TYPES.get(parts[at].get("type", ""))
        parts[at] = {"type": kind, "text": NO_SIGHT} if kind else {"text": NO_SIGHT}
        changed = True
    return changed


def _images(node: Any) -> Iterator[tuple[list[Any], int]]:
    """Yield where images stand: a list of parts, and the place in it."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _DATA:
                yield from _images(value)
    elif isinstance(node, list):
        for at, part in enumerate(node):
            if isinstance(part, dict) and _is_image(part):
                yield node, at
            else:
                yield from _images(part)


def _is_image(part: dict[str, Any]) -> bool:
    inline = part.get("inlineData")
    if isinstance(inline, dict):
        return str(inline.get("mimeType", "")).startswith("image/")
    return part.get("type") in _TYPES
