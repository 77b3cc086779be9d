"""Reasoning in chat completions: every field that vendors send it in, and the state to give back.

Fields: `reasoning_content` (DeepSeek, Qwen, GLM, Kimi, ...), `reasoning` (OpenRouter, Groq, Ollama, vLLM),
`reasoning_text`, `thinking`, and OpenRouter's `reasoning_details`
(https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks).
"""

from collections.abc import Mapping
from typing import Any

from ccr.core.jsonio import dump_text
from ccr.core.unified import Json

_FIELDS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
_PIECES = ("text", "summary", "data")


def reasoning_text(delta: Mapping[str, Any]) -> str:
    """Return the reasoning in one delta or message. Vendors that send it in two fields send the same twice."""
    for field in _FIELDS:
        if text := _flat(delta.get(field)):
            return text
    return _flat(delta.get("reasoning_details"))


class Details:
    """Collects `reasoning_details` so that they can go back as one list, unchanged but for the joined pieces."""

    def __init__(self) -> None:
        self._found: list[Json] = []

    def add(self, details: Any) -> None:
        """Take the details of one delta; pieces of one entry follow each other and share its `index` and `type`."""
        if not isinstance(details, list):
            return
        for detail in details:
            if not isinstance(detail, dict):
                continue
            last = self._found[-1] if self._found else None
            if last is not None and _continues(last, detail):
                _join(last, detail)
            else:
                self._found.append(dict(detail))

    def take(self) -> str:
        """Return the payload that brings them back later, empty if nothing needs to come back."""
        found, self._found = self._found, []
        return dump_text({"reasoning_details": found}) if found else ""


def _continues(last: Json, detail: Json) -> bool:
    same = last.get("type") == detail.get("type") and last.get("index") == detail.get("index")
    return same and detail.get("type") != "reasoning.encrypted" and not last.get("signature")


def _join(last: Json, detail: Json) -> None:
    for key, value in detail.items():
        if key in _PIECES and isinstance(value, str):
            last[key] = (last.get(key) or "") + value
        elif value is not None:
            last[key] = value


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_flat, value))
    if isinstance(value, dict):
        return next(
            (t for k in ("text", "summary", "thinking", "content", "reasoning") if (t := _flat(value.get(k)))), ""
        )
    return ""
