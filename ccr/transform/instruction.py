"""Words of our own in the system prompt."""

from ccr.core.unified import Json


def instruct(request: Json, text: str) -> None:
    """Add text to the end of the request's system prompt.

    It is never put near the end of the conversation, where it would move with each turn and the provider's prompt cache
    would find nothing behind it.
    """
    messages = request["messages"]
    first = messages[0] if messages else {}
    if first.get("role") != "system":
        request["messages"] = [{"role": "system", "content": text}, *messages]
        return
    content = first.get("content")
    if isinstance(content, list):
        changed: str | list[Json] = [*content, {"type": "text", "text": text}]
    else:
        changed = f"{content}\n\n{text}" if content else text
    request["messages"] = [{**first, "content": changed}, *messages[1:]]
