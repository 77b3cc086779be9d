"""One whole message."""

from typing import Any

import pytest

from ccr.anthropic.message import MessageEncoder, tool_input
from ccr.core.event import Fault, Text
from tests.anthropic.events import END, heading, whole


def test_message_has_all_fields_of_the_protocol() -> None:
    assert whole([Text("a"), Text("b"), END], prompt_tokens=3) == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [{"type": "text", "text": "ab"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 3,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 1,
        },
    }


def test_message_of_a_broken_reply_does_not_exist() -> None:
    encoder = MessageEncoder(heading())
    encoder.feed(Text("a"))
    encoder.feed(Fault("api_error", "x"))
    encoder.close()
    assert encoder.message is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a":1}', {"a": 1}),
        ("{}", {}),
        ("[1]", {"_raw": "[1]"}),
        ('{"a":', {"_raw": '{"a":'}),
        ("", {"_raw": ""}),
        ("[" * 100_000, {"_raw": "[" * 100_000}),
    ],
)
def test_tool_input_is_an_object_that_hides_nothing(text: str, expected: dict[str, Any]) -> None:
    assert tool_input(text) == expected
