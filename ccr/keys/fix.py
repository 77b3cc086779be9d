"""A change to an encoded request body that an upstream's refusal asked for. Works on any wire format's JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from ccr.core.jsonio import dump, load
from ccr.core.toolid import alnum_id
from ccr.core.turns import with_one_user, without_user_after_tool
from ccr.keys.picture import leave_out_images

Op = Literal[
    "drop",
    "rename",
    "clamp",
    "fill",
    "sign",
    "short_ids",
    "take_turns",
    "leave_out_images",
    "strip_thinking",
    "stop_thinking",
]
Span = Literal["model", "session", "once"]
"""For whom a fix holds: every request to the provider's model, those of the same session, or just this one."""

ANY = "*"
"""In a path: every item of a list, every value of an object."""

MAXIMUM = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "maxOutputTokens")
"""The names of the limit of a reply in all wire formats."""

ESSENTIAL = frozenset(
    (
        *("model", "stream", "messages", "contents", "input", "instructions", "system", "role", "content", "parts"),
        *("type", "text", "name", "id", "arguments", "output", "tools", "function", "function_declarations"),
        *("functionDeclarations", "parameters", "input_schema", "properties", "tool_calls", "tool_call_id"),
        *("tool_use_id", "call_id", "functionCall", "functionResponse"),
    )
)
"""Fields without which a request would not be the same request; a refusal of these is not mended."""

_FOREIGN = frozenset(("properties", "arguments", "args", "input", "response", "enum", "default", "const", "examples"))
"""Below these lies data of users and models, whose keys are not fields."""

_THINKING = ("thinking", "redacted_thinking")

UNSIGNED = "skip_thought_signature_validator"
"""What Gemini takes for the signature of a call that has none: https://ai.google.dev/gemini-api/docs/thought-signatures"""


class Fix(Struct, frozen=True):
    """One change. `path` leads to the field; what the body does not have of it, such as tags of a union, is skipped.

    drop: remove the field. rename: call it `to`. clamp: keep the number within `least` and `most`. fill: set it to `to`
    in every turn of the assistant that lacks it. sign: give calls of tools the signature that stands for none.
    short_ids: make the ids of tool calls nine letters and digits. take_turns: let no user speak directly after a tool
    or after a user. leave_out_images: put words in their place. strip_thinking: remove the thoughts of earlier turns;
    stop_thinking: also ask for no new ones.
    """

    op: Op
    path: tuple[str, ...] = ()
    to: str = ""
    least: int = 0
    most: int = 0
    span: Span = "model"

    def __str__(self) -> str:
        where = ".".join(self.path)
        words = {
            "drop": f"leave out {where}",
            "rename": f"send {where} as {self.to}",
            "clamp": f"keep {where} between {self.least} and {self.most}",
            "fill": f"add {where} where it is missing",
            "sign": "add the stand-in for a missing thought signature",
            "short_ids": "send short ids of tool calls",
            "leave_out_images": "put words in the place of images",
            "take_turns": "let no user speak twice, nor directly after a tool",
            "strip_thinking": "leave out earlier thoughts",
            "stop_thinking": "leave out earlier thoughts and ask for no new ones",
        }
        return words[self.op]


def mend(body: bytes, fixes: Iterable[Fix]) -> bytes:
    """Return the body with the fixes applied; the very same bytes if none of them changes anything."""
    value = load(body)
    changes = [apply(fix, value) for fix in fixes]
    return dump(value) if any(changes) else body


def apply(fix: Fix, body: Any) -> bool:
    """Change the decoded body in place; tell whether anything changed."""
    if not isinstance(body, dict):
        return False
    match fix.op:
        case "drop":
            return _drop(body, fix.path)
        case "rename":
            return _rename(body, fix.path, fix.to)
        case "clamp":
            return _clamp(body, fix)
        case "fill":
            return _fill(body, fix.path[-1], fix.to)
        case "sign":
            return _sign(body)
        case "short_ids":
            return _short_ids(body)
        case "take_turns":
            return _take_turns(body)
        case "leave_out_images":
            return leave_out_images(body)
    return _strip_thinking(body, stops=fix.op == "stop_thinking")


def _drop(body: dict[str, Any], path: tuple[str, ...]) -> bool:
    found = list(_find(body, path)) or list(_find_anywhere(body, path))
    for holder, key in found:
        holder.pop(key, None)
    return bool(found)


def _rename(body: dict[str, Any], path: tuple[str, ...], to: str) -> bool:
    found = list(_find(body, path))
    for holder, key in found:
        holder.setdefault(to, holder.pop(key))
    return bool(found)


def _clamp(body: dict[str, Any], fix: Fix) -> bool:
    changed = False
    for holder, key in maximums(body) if fix.path[-1] in MAXIMUM else _find(body, fix.path):
        old = holder[key]
        if isinstance(old, int) and not isinstance(old, bool):
            new = max(fix.least, min(old, fix.most or old))
            holder[key] = new
            changed = changed or new != old
    return changed and _fit_budget(body)


def _fit_budget(body: dict[str, Any]) -> bool:
    """Anthropic's thinking budget must stay below the reply's limit, else there would be no room for the reply."""
    thinking, limit = body.get("thinking"), body.get("max_tokens")
    if isinstance(thinking, dict) and isinstance(limit, int) and isinstance(thinking.get("budget_tokens"), int):
        thinking["budget_tokens"] = min(thinking["budget_tokens"], max(limit - 1, limit // 2))
    return True


def maximums(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the objects and keys that limit the reply's tokens."""
    for holder in (body, body.get("generationConfig"), body.get("options")):
        if isinstance(holder, dict):
            yield from ((holder, key) for key in MAXIMUM if key in holder)


def _short_ids(body: dict[str, Any]) -> bool:
    changed = False
    for message in _turns(body):
        calls = message.get("tool_calls")
        holders = [(call, "id") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
        for holder, key in (*holders, (message, "tool_call_id")):
            old = holder.get(key)
            if isinstance(old, str):
                holder[key] = alnum_id(old)
                changed = changed or holder[key] != old
    return changed


def _take_turns(body: dict[str, Any]) -> bool:
    turns = _turns(body)
    ordered = with_one_user(without_user_after_tool(turns))
    changed = len(ordered) != len(turns)
    if changed:
        body["messages"] = ordered
    return changed


def _turns(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    return [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []


def _fill(body: dict[str, Any], field: str, value: str) -> bool:
    missing = [
        m for m in _turns(body) if m.get("role") == "assistant" and not m.get(field) and not _types(m) & set(_THINKING)
    ]
    for message in missing:
        if "tool_use" in _types(message):
            # A body for Anthropic's interface, where reasoning is a block.
            message["content"].insert(0, {"type": "thinking", "thinking": value, "signature": ""})
        else:
            message[field] = value
    return bool(missing)


def _sign(body: dict[str, Any]) -> bool:
    """Sign the first call of each turn that has none, as Gemini wants it: in its own format and in OpenAI's."""
    changed = False
    for turn in (*_objects(body.get("messages")), *_objects(body.get("contents"))):
        calls = [part for part in _objects(turn.get("parts")) if "functionCall" in part]
        if calls and not any("thoughtSignature" in part for part in calls):
            calls[0]["thoughtSignature"] = UNSIGNED
            changed = True
        calls = _objects(turn.get("tool_calls"))
        if calls and not any("extra_content" in call for call in calls):
            calls[0]["extra_content"] = {"google": {"thought_signature": UNSIGNED}}
            changed = True
    return changed


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _types(message: Mapping[str, Any]) -> set[str]:
    content = message.get("content")
    blocks = content if isinstance(content, list) else ()
    return {str(block.get("type")) for block in blocks if isinstance(block, dict)}


def _strip_thinking(body: dict[str, Any], *, stops: bool) -> bool:
    messages = body.get("messages")
    if not isinstance(messages, list):
        return False
    kept = [m for m in map(_without_thinking, messages) if m is not None]
    changed = kept != messages
    body["messages"] = kept
    if stops:
        # `context_management` may ask to clear thoughts, which is refused where none are asked for.
        gone = [body.pop(key) for key in ("thinking", "context_management") if key in body]
        changed = changed or bool(gone)
    return changed


def _without_thinking(message: Any) -> Any:
    """Return the message without thoughts; None if it was nothing else."""
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, list):
        return message
    kept = [b for b in content if not (isinstance(b, dict) and b.get("type") in _THINKING)]
    return message if len(kept) == len(content) else {**message, "content": kept} if kept else None


def _find(node: Any, path: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every object and key that the path leads to."""
    if not path:
        return
    head, rest = path[0], path[1:]
    if isinstance(node, list):
        for child in node:
            yield from _find(child, rest if head == ANY else path)
    elif isinstance(node, dict) and head == ANY:
        for child in list(node.values()):
            yield from _find(child, rest)
    elif isinstance(node, dict):
        key = _key(node, head)
        if key is None:
            yield from _find(node, rest)
        elif rest:
            yield from _find(node[key], rest)
        else:
            yield node, key


def _key(node: Mapping[str, Any], name: str) -> str | None:
    """Return the key of that name; vendors don't always spell it as they take it (`function_declarations`)."""
    if name in node:
        return name
    plain = name.replace("_", "").lower()
    return next((key for key in node if key.replace("_", "").lower() == plain), None)


def _find_anywhere(body: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield where the last field of a path stands that leads nowhere: below its first field, or anywhere."""
    names = [name for name in path if name != ANY]
    first = _key(body, names[0]) if len(names) > 1 else None
    yield from _named(body if first is None else body[first], names[-1])


def _named(node: Any, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(node, list):
        for child in node:
            yield from _named(child, name)
    elif isinstance(node, dict):
        if name in node and node.get("type") != name:
            yield node, name
        for key, child in node.items():
            if key == "properties" and isinstance(child, dict):
                for schema in child.values():
                    yield from _named(schema, name)
            elif key not in _FOREIGN:
                yield from _named(child, name)
