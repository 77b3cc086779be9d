"""Unified messages to the `system` and `messages` of a Messages body: turns that alternate and keep its rules."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from ccr.core.history import repaired
from ccr.core.unified import Json
from ccr.dialect.anthropic.block import assistant_blocks, content_block, legal_id, marked, tool_result, tool_use
from ccr.dialect.anthropic.claude import is_claude, read_model
from ccr.dialect.anthropic.thinking import own_thought, pads_thoughts
from ccr.dialect.base import Target
from ccr.dialect.content import parts_of, text_of
from ccr.dialect.turn import blocks_in_order

OPENING = "[The beginning of this conversation was left out.]"
GO_ON = "Continue from where you stopped."


def encode_system(messages: Sequence[Json]) -> tuple[str | list[Json], Sequence[Json]]:
    """Return (`system`, the other messages). The system text at the start is the system prompt."""
    leading = list(takewhile(lambda m: m.get("role") == "system", messages))
    rest = messages[len(leading) :]
    if len(leading) == 1 and isinstance(leading[0].get("content"), str):
        return str(leading[0]["content"]), rest
    return _system_blocks(leading), rest


def encode_turns(messages: Sequence[Json], tools: frozenset[str], *, pad: bool, target: Target) -> list[Json]:
    """Return the turns for messages without the leading system ones. `tools` are the client's names of its tools.

    With `pad`, turns with calls and without thinking get an empty thought where the target needs one.
    """
    found = list(_unique(repaired(messages)))
    turns = _merged(_turn(m, tools, target, last=m is found[-1]) for m in found)
    turns = _merged(t for t in map(_ended, turns) if t["content"])
    turns = _merged(t for t in _placed(turns, target) if t["content"])
    if pad and pads_thoughts(target):
        for turn in turns:
            _pad(turn)
    return _bounded(turns, target)


def _unique(messages: Iterable[Json]) -> Iterable[Json]:
    """Give calls whose id the conversation has already had another one: ids must be unique in a request."""
    seen: set[str] = set()
    renamed: dict[str, str] = {}
    for message in messages:
        if message.get("role") == "tool":
            call_id = str(message.get("tool_call_id", ""))
            yield {**message, "tool_call_id": renamed.get(call_id, call_id)}
            continue
        calls: dict[str, Json] = {}
        for call in message.get("tool_calls") or ():
            calls.setdefault(str(call.get("id", "")), call)
        if calls:
            renamed = {given: _fresh(given, seen) for given in calls}
            message = {**message, "tool_calls": [{**calls[given], "id": fresh} for given, fresh in renamed.items()]}
        yield message


def _fresh(given: str, seen: set[str]) -> str:
    fresh, number = legal_id(given), 2
    while fresh in seen:
        fresh, number = f"{legal_id(given)}_{number}", number + 1
    seen.add(fresh)
    return fresh


def _turn(message: Json, tools: frozenset[str], target: Target, *, last: bool) -> Json:
    role, content = message.get("role"), message.get("content")
    if role == "assistant":
        return {"role": "assistant", "content": list(_assistant(message, target, last=last))}
    if role == "tool":
        return {"role": "user", "content": [tool_result(message, tools, target)]}
    if role == "system":
        return {"role": "system", "content": [*_system_blocks([message]), *_tool_changes(message)]}
    blocks = (content_block(part, target) for part in parts_of(content))
    return {"role": "user", "content": [b for b in blocks if b is not None]}


def _assistant(message: Json, target: Target, *, last: bool) -> Iterable[Json]:
    parts = parts_of(message.get("content"))
    blocks = {id(part): block for part, block in assistant_blocks(parts, target, last=last)}
    for kind, block in blocks_in_order({**message, "content": parts}):
        if kind == "thinking":
            thought = own_thought(block, target)
            if thought is not None:
                yield thought
        elif kind == "tool":
            yield marked(tool_use(block, target), block)
        elif id(block) in blocks:
            yield blocks[id(block)]


def _system_blocks(messages: Iterable[Json]) -> list[Json]:
    found: list[Json] = []
    for message in messages:
        for part in parts_of(message.get("content")):
            text = text_of([part])
            if text.strip():
                found.append(marked({"type": "text", "text": text}, part))
    return found


def _tool_changes(message: Json) -> Iterable[Json]:
    """Tools that come and go within the conversation:
    https://github.com/langchain-ai/langchainjs/releases/tag/@langchain%2Fanthropic@1.5.12
    """
    return (p for p in parts_of(message.get("content")) if p.get("type") in ("tool_addition", "tool_removal"))


def _merged(turns: Iterable[Json]) -> list[Json]:
    """Join neighbours of one role; results of tools come first in a user turn, or they count as missing."""
    found: list[Json] = []
    for turn in turns:
        if found and found[-1]["role"] == turn["role"]:
            found[-1]["content"] = [*found[-1]["content"], *turn["content"]]
        else:
            found.append({"role": turn["role"], "content": list(turn["content"])})
    for turn in found:
        if turn["role"] == "user":
            turn["content"].sort(key=lambda block: block.get("type") != "tool_result")
    return found


def _placed(turns: list[Json], target: Target) -> Iterable[Json]:
    """Keep system turns where the model takes them: after a user's, and last or before an assistant's. Elsewhere they
    become marked text of the user, in their place.
    """
    model = read_model(target.model) if target.vendor.name in ("anthropic", "unknown", "local") else None
    taken = is_claude(target) and model is not None and model.takes_late_system
    for number, turn in enumerate(turns):
        before = turns[number - 1]["role"] if number else ""
        after = turns[number + 1]["role"] if number + 1 < len(turns) else "assistant"
        if turn["role"] == "system" and not (taken and before == "user" and after == "assistant"):
            yield {"role": "user", "content": [_reminder(b) for b in turn["content"] if b["type"] == "text"]}
        else:
            yield turn


def _reminder(block: Json) -> Json:
    text = block["text"]
    if text.lstrip().startswith("<system-reminder>"):
        return block
    return {**block, "text": f"<system-reminder>\n{text}\n</system-reminder>"}


def _ended(turn: Json) -> Json:
    """An assistant's turn must not end with a thought."""
    content = turn["content"]
    if turn["role"] == "assistant":
        while content and content[-1]["type"] in ("thinking", "redacted_thinking"):
            content.pop()
    return turn


def _pad(turn: Json) -> None:
    kinds = [block.get("type") for block in turn["content"]]
    if turn["role"] == "assistant" and "tool_use" in kinds and "thinking" not in kinds:
        turn["content"].insert(0, {"type": "thinking", "thinking": "", "signature": ""})


def _bounded(turns: list[Json], target: Target) -> list[Json]:
    """The first turn is the user's; the last one too, unless the model can go on from the assistant's."""
    if not turns or turns[0]["role"] == "assistant":
        turns.insert(0, {"role": "user", "content": [{"type": "text", "text": OPENING}]})
    last = turns[-1]
    block = last["content"][-1]
    if last["role"] != "assistant" or block["type"] == "server_tool_use" or block["type"].endswith("_tool_result"):
        return turns
    model = read_model(target.model) if is_claude(target) else None
    if block["type"] != "text" or (model is not None and not model.takes_prefill):
        turns.append({"role": "user", "content": [{"type": "text", "text": GO_ON}]})
    else:
        # "final assistant content cannot end with trailing whitespace"
        last["content"][-1] = {**block, "text": block["text"].rstrip()}
    return turns
