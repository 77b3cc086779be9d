"""The dialect as the router sees it."""

import pytest

from ccr.core.event import Finish
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.base import Dialect, Target
from ccr.dialect.vendor import Vendor
from tests.dialect.target import Json, body_of, request, result, target, user
from tests.dialect.trip import answer


def test_dialect_encodes_and_decodes() -> None:
    dialect: Dialect = Anthropic()
    at = Target("p", "claude-opus-5", "https://a.example/v1/messages", Vendor())
    call = dialect.encode(request(), at)
    assert (dialect.name, call.url, call.method, call.auth) == ("anthropic", at.base_url, "POST", "x-api-key")
    events = list(dialect.decoder(request(), at).whole({"type": "message", "content": [], "stop_reason": "end_turn"}))
    assert events[-1] == Finish("end_turn")


SPOKEN: list[Json] = [
    {"type": "thinking", "thinking": "hm", "signature": "EqQBCgIYAhIM"},
    {"type": "text", "text": "Looking."},
    {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}},
    {"type": "thinking", "thinking": "", "signature": "EqQBCgIYAhIN"},
    {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {}},
]


@pytest.mark.parametrize(("host", "model"), [("anthropic", "claude-opus-5"), ("deepseek", "deepseek-v4")])
def test_thinking_survives_the_round_trip(host: str, model: str) -> None:
    dialect, at = Anthropic(), target(host, model)
    starts = [{"type": "content_block_start", "index": n, "content_block": block} for n, block in enumerate(SPOKEN)]
    stops = [{"type": "content_block_stop", "index": n} for n in range(len(SPOKEN))]
    end = {"type": "message_delta", "delta": {"stop_reason": "tool_use"}}
    said = answer(dialect, at, request(), [*(e for pair in zip(starts, stops, strict=True) for e in pair), end])
    assert said["content"][0]["signature"] != SPOKEN[0]["signature"]
    history = request(user("hi"), said, user(result("toolu_1"), result("toolu_2")), thinking={"type": "adaptive"})
    assert body_of(dialect, at, history)["messages"][1]["content"] == SPOKEN
    elsewhere = body_of(dialect, target("anthropic", "claude-opus-4-8"), history)
    assert "thinking" not in [block["type"] for block in elsewhere["messages"][1]["content"]]
    assert "thinking" not in elsewhere
