"""Router mode of the first proof of concept: a small model, the dispatcher, picks which agent goes on with a request.

Here is what each of them is told and what the dispatcher's words mean. The tool agent answers the client; the coder and
the thinker only add what they found, and the dispatcher is asked again. So models that can't call tools are of use too.
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from ccr.core.jsonio import dump_text, load
from ccr.route.body import blocks, objects, result_text, text

Body = dict[str, Any]

TOOL, CODER, THINKER = "use-tool", "coder", "thinker"

ABOUT = {
    TOOL: "Calls the tools that the user supplies, also several together, and answers the user.",
    CODER: "Only writes and changes code, for a clear task, and calls no tools. Unclear tasks need the thinker first.",
    THINKER: "Only for a complex analysis or for breaking a task down. Never for looking something up, and never again "
    "for a task that has a result of the thinker.",
}
"""What the dispatcher reads of each agent."""

_DISPATCH = (
    "You are only the dispatcher of this conversation: do not do the work yourself. These can do it:\n{agents}\n"
    "Choose `use-tool` if tools are needed, to find something out or to act, or if the user should have an answer now; "
    "`coder` if code is to be written; `thinker` if it takes deep reasoning or a plan of steps. Answer with one JSON "
    'object and nothing else: {{"use": "<name>"}}'
)
_TASKS = {
    CODER: "You write code. Do what the conversation above asks for now, in code; say shortly what goes where.",
    THINKER: "Think the conversation above through and say what is to be done now, step by step. Do not do it yet.",
}
_ACT = "Go on with the task: call the tools that fit it best. If nothing is left to do, answer the user."

_SAID = re.compile(r"\{[^{}]*\}")
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_SHOWN = ("image", "document")
_KEPT = ("system", "messages", "max_tokens", "temperature", "metadata")
"""Fields of a request that say something to any model; those about thinking and tools are for the one who answers."""


class Agents(Struct, frozen=True):
    """The routes of the agents; empty for one that there isn't."""

    router: str
    tool: str
    coder: str = ""
    thinker: str = ""
    steps: int = 3
    """How often the coder and the thinker may be asked for one request."""

    def route(self, name: str) -> str:
        """Return the route of an agent by the dispatcher's name for it."""
        return {TOOL: self.tool, CODER: self.coder, THINKER: self.thinker}[name]

    def offered(self, used: Sequence[str]) -> tuple[str, ...]:
        """Return the agents to choose from after those that were `used`; only the first when it must answer now."""
        if len(used) >= self.steps:
            return (TOOL,)
        # Its own description says so, but small models forget.
        further = [CODER, THINKER] if THINKER not in used else [CODER]
        return (TOOL, *(name for name in further if self.route(name)))


def dispatch_body(body: Body, names: Collection[str]) -> Body:
    """Return the Messages body that asks the dispatcher which of the agents goes on."""
    listed = json.dumps([{"name": name, "description": ABOUT[name]} for name in names])
    asked = _with_system(_kept(body), _DISPATCH.format(agents=listed))
    return {**asked, "tools": body["tools"]} if body.get("tools") else asked


def choice(message: Body, names: Collection[str]) -> str | None:
    """Return the agent that the dispatcher's Messages reply names; None if it is an answer to the client instead.

    A name that is not offered, and no answer at all, mean the agent that can do anything.
    """
    said = _THOUGHT.sub("", "\n".join(map(text, blocks(message.get("content")))))
    for part in (said[said.find("{") : said.rfind("}") + 1], *reversed(_SAID.findall(said))):
        try:
            wanted = load(part)
        except ValueError:
            continue
        if isinstance(wanted, dict) and isinstance(wanted.get("use"), str):
            name = wanted["use"].strip().lower()
            return name if name in names else TOOL
    calls = any(block.get("type") == "tool_use" for block in blocks(message.get("content")))
    return None if said.strip() or calls else TOOL


def task_body(body: Body, name: str) -> Body:
    """Return the Messages body for an agent that works without tools: the conversation as mere words and pages."""
    return {**_kept(body), "messages": _plain(body, _TASKS[name])}


def result_of(message: Body) -> str:
    """Return what an agent found."""
    return _THOUGHT.sub("", "\n".join(map(text, blocks(message.get("content"))))).strip()


def with_result(body: Body, name: str, found: str) -> Body:
    """Return the conversation with what an agent found at its end."""
    said = {"role": "assistant", "content": f"{name} Agent Result: {found}"}
    return {**body, "messages": [*body["messages"], said]}


def acting_body(body: Body) -> Body:
    """Return the Messages body for the agent that answers the client."""
    return _with_system(body, _ACT)


def _kept(body: Body) -> Body:
    return {name: body[name] for name in _KEPT if name in body}


def _with_system(body: Body, said: str) -> Body:
    """Put words at the end, so that what goes before stays the same for the provider's cache."""
    return {**body, "messages": [*body["messages"], {"role": "system", "content": said}]}


def _plain(body: Body, task: str) -> list[Body]:
    """Return the messages without tools. Roles alternate and the user's comes last, as reasoning models demand."""
    found: list[Body] = []
    for message in objects(body.get("messages")):
        role = "assistant" if message.get("role") == "assistant" else "user"
        _join(found, role, [part for block in blocks(message.get("content")) for part in _parts(block)])
    _join(found, "user", [{"type": "text", "text": task}])
    return found


def _join(messages: list[Body], role: str, content: list[Body]) -> None:
    if content and messages and messages[-1]["role"] == role:
        messages[-1]["content"] += content
    elif content:
        messages.append({"role": role, "content": content})


def _parts(block: Body) -> list[Body]:
    """Return a content block as text; images and documents stay."""
    kind = block.get("type")
    if kind == "text":
        return [{"type": "text", "text": text(block)}] if text(block) else []
    if kind in _SHOWN:
        return [block]
    if kind == "tool_use":
        return [{"type": "text", "text": f"[Call of {block.get('name')}: {dump_text(block.get('input'))}]"}]
    if kind == "tool_result":
        shown = [part for part in blocks(block.get("content")) if part.get("type") in _SHOWN]
        return [{"type": "text", "text": f"[Result: {result_text(block)}]"}, *shown]
    return []
