"""What is asked of others who count the tokens of a Messages request, and where their answers have the number."""

from typing import Any

from ccr.core.jsonio import dump_text
from ccr.core.unified import Json

FIELDS = ("messages", "system", "tools", "tool_choice", "thinking")
"""What counts of a request: https://docs.claude.com/en/api/messages-count-tokens"""

_OPAQUE = frozenset({"type", "id", "tool_use_id", "data", "signature", "cache_control", "role", "media_type"})
_MAX_DEPTH = 20


def question(body: Json, *, model: str, form: str) -> Json:
    """Return what to send. `form` is the configuration's `requestFormat`: the fields of Anthropic's API (`anthropic`),
    chat messages (`openai`), `{"text": ...}` (`custom`), or the request as it is.
    """
    if form == "anthropic":
        return {**{name: body[name] for name in FIELDS if name in body}, "model": model}
    if form == "openai":
        return {"model": model, "messages": _chat(body)}
    if form == "custom":
        return {"text": text([body.get("system"), body.get("tools"), body.get("messages")])}
    return {**body, "model": model, "stream": False}


def _chat(body: Json) -> list[Json]:
    """Return the request as chat messages of mere text."""
    around = "\n".join(filter(None, (text(body.get("system")), text(body.get("tools")))))
    found = [{"role": "system", "content": around}] if around else []
    for message in body.get("messages") or ():
        role = message.get("role")
        said = text(message.get("content"))
        found.append({"role": role if role in ("user", "assistant") else "system", "content": said})
    return found


def number(answer: Any, field: str) -> int | None:
    """Return the positive number at a dotted place of an answer, or None."""
    for name in field.split("."):
        answer = answer.get(name) if isinstance(answer, dict) else None
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not answer >= 1:
        return None
    return int(answer)


def text(value: Any, depth: int = 0) -> str:
    """Return all that a model would read in a piece of a request, without images and documents."""
    if isinstance(value, str):
        return value
    if depth > _MAX_DEPTH:
        return ""
    if isinstance(value, list):
        return "\n".join(filter(None, (text(item, depth + 1) for item in value)))
    if not isinstance(value, dict):
        return ""
    if value.get("type") in ("image", "document"):
        return ""
    parts = (
        dump_text(item) if name in ("input", "input_schema") else text(item, depth + 1)
        for name, item in value.items()
        if name not in _OPAQUE
    )
    return "\n".join(filter(None, parts))
