"""A client that works as Claude Code does: it runs the tools that it is asked for, and sends everything each time."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.hop.mock import Json
from tests.hop.move import PIXEL, TOOLS, Move

Mode = Literal["keep", "drop", "compact"]
"""What it does with the past: keeps all of it, drops the thinking blocks, or cuts it off now and then, carelessly."""

COMPACT_EVERY = 9
REMINDER = {"type": "text", "text": "<system-reminder>\nThe date is today.\n</system-reminder>"}
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
MARK = {"cache_control": {"type": "ephemeral"}}


@dataclass
class Agent:
    """One session. `thinking` is the field of that name in its requests."""

    mode: Mode
    thinking: Json
    messages: list[Json] = field(default_factory=list)
    seen_ids: set[str] = field(default_factory=set)
    turns: int = 0

    def __post_init__(self) -> None:
        self._ask()

    def request(self, model: str) -> Json:
        """Return the next request, to a `provider,model`."""
        return {
            "model": model,
            "messages": self.messages,
            "system": [
                {"type": "text", "text": f"x-anthropic-billing-header: cc_version=2.1; cch={self.turns:05};"},
                {"type": "text", "text": "You are an agent.", **MARK},
                {"type": "text", "text": "Work with the tools.\n\n# Rules\n- Be short.", **MARK},
            ],
            "tools": list(TOOLS),
            "metadata": {"user_id": json.dumps({"device_id": "d", "account_uuid": "", "session_id": "s-1"})},
            "max_tokens": 32000,
            "thinking": self.thinking,
            "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
            "output_config": {"effort": "high"},
            "stream": True,
        }

    def take(self, message: Json, move: Move) -> None:
        """Take the reply to a request, which must say what the model said, and do what it asks for."""
        self._compare(message, move)
        self.turns += 1
        content = [b for b in message["content"] if self.mode != "drop" or "thinking" not in b["type"]]
        self.messages.append({"role": "assistant", "content": content})
        calls = [block for block in content if block["type"] == "tool_use"]
        if self.mode == "compact" and self.turns % COMPACT_EVERY == 0:
            self._compact(calls)
        elif calls:
            self.messages.append({"role": "user", "content": [self._run(call, n) for n, call in enumerate(calls)]})
            self._comment()
        else:
            self._ask()

    def _compare(self, message: Json, move: Move) -> None:
        blocks = message["content"]
        calls = [block for block in blocks if block["type"] == "tool_use"]
        given = [(TOOLS[tool]["name"], arguments) for tool, arguments in move.calls]
        assert [(call["name"], call["input"]) for call in calls] == given
        assert message["stop_reason"] == ("tool_use" if given else "end_turn")
        assert "".join(b["text"] for b in blocks if b["type"] == "text") == move.text
        thoughts = "".join(b["thinking"] for b in blocks if b["type"] == "thinking")
        assert thoughts in ("", move.thought)
        # A message that ends in a thinking block has no answer for Claude Code to show.
        assert blocks[-1]["type"] in ("text", "tool_use")
        ids = [call["id"] for call in calls]
        assert len(set(ids)) == len(ids)
        assert not self.seen_ids & set(ids)
        self.seen_ids.update(ids)

    def _ask(self) -> None:
        """The user speaks, in all the forms that a user's turn has."""
        text = f"Task {self.turns}: go on."
        forms: list[Any] = [
            text,
            [REMINDER, {"type": "text", "text": text, **MARK}],
            [{"type": "text", "text": text}, PICTURE],
        ]
        self.messages.append({"role": "user", "content": forms[self.turns % 3]})
        if self.turns % 2:
            self.messages.append({"role": "system", "content": f"Plan mode is {self.turns}."})
        self._keep_marks()

    def _comment(self) -> None:
        """Things that come with the results of tools."""
        content = self.messages[-1]["content"]
        if self.turns % 3 == 0:
            content.append(REMINDER)
        if self.turns % 5 == 0:
            self.messages.append({"role": "system", "content": [{"type": "text", "text": "A file has changed."}]})
        content[-1] = {**content[-1], **MARK}
        self._keep_marks()

    def _run(self, call: Json, number: int) -> Json:
        found: Json = {"type": "tool_result", "tool_use_id": call["id"]}
        forms: dict[str, Any] = {
            TOOLS[0]["name"]: "1\tline\n2\tline",
            TOOLS[1]["name"]: f"exit code {number}",
            TOOLS[2]["name"]: [{"type": "text", "text": '{"ok": true}'}, {"type": "text", "text": "more"}],
            TOOLS[3]["name"]: [] if self.turns % 2 else "",
            TOOLS[4]["name"]: [PICTURE, {"type": "text", "text": "The screen."}],
            TOOLS[5]["name"]: [{"type": "text", "text": "Done."}],
        }
        content = forms[call["name"]]
        if call["name"] == TOOLS[1]["name"]:
            found["is_error"] = True
        return {**found, "content": content} if content != [] else found

    def _keep_marks(self) -> None:
        """Of the cache marks in the messages only the last two stay, as in Claude Code."""
        marked = [
            (content, place)
            for message in self.messages
            if isinstance(content := message["content"], list)
            for place, block in enumerate(content)
            if "cache_control" in block
        ]
        for content, place in marked[:-2]:
            content[place] = {key: value for key, value in content[place].items() if key != "cache_control"}

    def _compact(self, calls: list[Json]) -> None:
        """Cut the past off in the middle of a turn, and let the user interrupt all calls but the first."""
        results = [self._run(call, 0) for call in calls[:1]]
        interruption = {"type": "text", "text": "[Request interrupted by user for tool use]"}
        self.messages.append({"role": "user", "content": [*results, interruption]})
        orphan = next((n for n, m in enumerate(self.messages) if n > 3 and _has_results(m)), 0)
        self.messages = [{"role": "user", "content": "Summary of what was before."}, *self.messages[orphan:]]
        self._keep_marks()


def _has_results(message: Json) -> bool:
    content = message["content"]
    return isinstance(content, list) and any(block["type"] == "tool_result" for block in content)
