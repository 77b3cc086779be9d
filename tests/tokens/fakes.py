"""Tokenizers whose counts are plain to see, and bodies to count."""

from typing import Any


class Bytes:
    """The worst tokenizer there can be: a token for each byte."""

    name = "bytes"
    loaded = True

    def load(self) -> None:
        """Nothing to do."""

    def count(self, text: str) -> int:
        return len(text.encode("utf-8", "surrogatepass"))


def body(*content: Any, role: str = "user") -> dict[str, Any]:
    """Return a body with one message."""
    return {"model": "m", "messages": [{"role": role, "content": list(content)}]}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def result(content: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "toolu_1", "content": content}


def base64_source(data: str, media_type: str = "image/png") -> dict[str, Any]:
    return {"type": "base64", "media_type": media_type, "data": data}
