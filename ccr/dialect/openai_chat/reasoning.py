"""Reasoning in chat completions: every field that vendors send it in, and the state to give back.

Fields: `reasoning_content` (DeepSeek, Qwen, GLM, Kimi, ...), `reasoning` (OpenRouter, Groq, Ollama, vLLM),
`reasoning_text` (GitHub Copilot), `thinking`, and the `reasoning_details` of OpenRouter and MiniMax
(https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks).
"""

from collections.abc import Mapping
from typing import Any

from ccr.core.unified import Json

FIELDS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
_PLACES = frozenset((*FIELDS, "reasoning_details"))
_PIECES = ("text", "summary", "data")
_WORDS = ("text", "summary", "thinking", "content", "reasoning")
_SNAPSHOT = 16
"""Characters that a repeated beginning must have to count as one; chance repeats fewer."""


class Thoughts:
    """Reads the visible reasoning out of deltas.

    MiniMax documents that every delta has all the reasoning so far, and sends only what is new:
    https://github.com/MiniMax-AI/MiniMax-M2/issues/95
    """

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._length = 0
        self._repeated = 0

    def repeats(self, text: str) -> bool:
        """Tell whether this thinking, which came between tags in the text, is what the fields have told already.

        MiniMax sends both: https://github.com/can1357/oh-my-pi/pull/2434
        """
        rest = "".join(self._seen)[self._repeated :]
        if not self._repeated:
            rest = rest.lstrip()
        if not rest.startswith(text):
            return False
        self._repeated = self._length - len(rest) + len(text)
        return True

    def read(self, delta: Mapping[str, Any]) -> str:
        """Return the new reasoning in one delta or message."""
        if _PLACES.isdisjoint(delta):
            return ""
        thinking = delta.get("thinking")
        # Transformers written for the original end the thinking with all of it once more, beside its signature.
        repeats = isinstance(thinking, dict) and bool(thinking.get("signature"))
        return self.fresh(reasoning_text(delta), least=0 if repeats else _SNAPSHOT)

    def fresh(self, text: str, *, least: int = _SNAPSHOT) -> str:
        """Return what is new in the reasoning of one delta; what is repeated is told from `least` characters on."""
        if least <= self._length <= len(text) and text.startswith("".join(self._seen)):
            text = text[self._length :]
        self._seen.append(text)
        self._length += len(text)
        return text


def reasoning_text(delta: Mapping[str, Any]) -> str:
    """Return the reasoning in one delta or message. Vendors that send it in two fields send the same twice."""
    for field in FIELDS:
        if text := words(delta.get(field)):
            return text
    return words(delta.get("reasoning_details"))


class Details:
    """Collects `reasoning_details` so that they can go back as one list, unchanged but for the joined pieces."""

    def __init__(self) -> None:
        self._found: list[Json] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, details: Any) -> None:
        """Take the details of one delta; pieces of one entry follow each other and share its `index` and `type`."""
        for detail in details if isinstance(details, list) else ():
            if not isinstance(detail, dict):
                continue
            last = self._found[-1] if self._found else None
            if last is not None and _continues(last, detail):
                _join(last, detail)
            else:
                self._found.append(dict(detail))

    def take(self) -> list[Json]:
        """Return what has come since the last time, and forget it."""
        found, self._found = self._found, []
        return found


def _continues(last: Json, detail: Json) -> bool:
    if detail.get("type") == "reasoning.encrypted" or last.get("signature"):
        return False
    same = last.get("type") == detail.get("type") and last.get("index") == detail.get("index")
    return same and (not detail.get("id") or last.get("id") in (None, detail["id"]))


def _join(last: Json, detail: Json) -> None:
    for key, value in detail.items():
        if key in _PIECES and isinstance(value, str):
            known = last.get(key) or ""
            is_snapshot = _SNAPSHOT <= len(known) <= len(value) and value.startswith(known)
            last[key] = value if is_snapshot else known + value
        elif value is not None:
            last[key] = value


def words(value: Any) -> str:
    """Return the text in a part of reasoning, whatever the vendor calls it; its first name with any text counts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(words, value))
    if isinstance(value, dict):
        return next((text for word in _WORDS if (text := words(value.get(word)))), "")
    return ""
