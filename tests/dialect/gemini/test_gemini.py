"""The dialect as a whole: a tool session against a double of Gemini that rejects what the real one rejects."""

import json
from itertools import pairwise
from typing import Any

from ccr.anthropic.unify import unify
from ccr.dialect.gemini import Gemini
from tests.dialect.gemini.test_contents import complaints
from tests.dialect.gemini.wire import Json, chunk, message, sse, target

MODEL = "gemini-3-pro-preview"
TOOL = {"name": "Bash", "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}


class StrictGemini:
    """Answers each request with a signed call; refuses a history whose parts are not as it once gave them."""

    def __init__(self) -> None:
        self.said: list[list[Json]] = []

    def answer(self, sent: Json) -> bytes:
        assert complaints(sent["contents"], MODEL) == []
        own = [turn["parts"] for turn in sent["contents"] if turn["role"] == "model"]
        assert own == self.said
        number = len(self.said)
        thought = {"text": f"thinking {number}", "thought": True}
        calls = [{"functionCall": {"id": f"c{number}_{i}", "name": "Bash", "args": {"n": i}}} for i in range(2)]
        first = {**calls[0], "thoughtSignature": "U0lH"}
        self.said.append([first, calls[1]])
        return sse([chunk(thought), chunk(first), chunk(calls[1], finish="STOP")])


def test_ten_turns_of_parallel_calls_keep_every_signature() -> None:
    gemini = StrictGemini()
    messages: list[Json] = [{"role": "user", "content": "go"}]
    prefixes: list[bytes] = []
    for _ in range(10):
        request = unify({"messages": messages, "tools": [TOOL], "stream": True, "thinking": {"type": "adaptive"}})
        call = Gemini().encode(request, target(MODEL))
        sent: dict[str, Any] = json.loads(call.body)
        prefixes.append(json.dumps(sent["contents"]).encode()[:-1])
        said = message(gemini.answer(sent), MODEL)
        assert said["stop_reason"] == "tool_use"
        results = [
            {"type": "tool_result", "tool_use_id": block["id"], "content": "ok"}
            for block in said["content"]
            if block["type"] == "tool_use"
        ]
        messages += [{"role": "assistant", "content": said["content"]}, {"role": "user", "content": results}]
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(prefixes))
