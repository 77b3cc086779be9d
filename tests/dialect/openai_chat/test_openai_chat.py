"""The dialect as the router uses it."""

import json

from ccr.anthropic.unify import unify
from ccr.core.event import Finish, Start, Text, WebSearch
from ccr.dialect.openai_chat import OpenAIChat
from tests.dialect.openai_chat.sent import at, user


def test_dialect_encodes_and_decodes() -> None:
    dialect, target = OpenAIChat(), at("deepseek", "deepseek-chat")
    request = unify({"model": "x", "max_tokens": 5, "messages": [user("a")]})
    call = dialect.encode(request, target)
    assert dialect.name == "openai_chat"
    assert json.loads(call.body)["model"] == "deepseek-chat"
    decoder = dialect.decoder(request, target)
    value = {"id": "c", "choices": [{"message": {"content": "b"}, "finish_reason": "stop"}]}
    assert [*decoder.whole(value), *decoder.close()] == [Start("c"), Text("b"), Finish("end_turn")]


def test_a_search_that_nobody_runs_is_no_search() -> None:
    dialect, target = OpenAIChat(), at("unknown", "m")
    search = {"type": "web_search_20250305", "name": "web_search"}
    choice = {"type": "tool", "name": "web_search"}
    request = unify({"model": "x", "messages": [user("a")], "tools": [search], "tool_choice": choice})
    decoder = dialect.decoder(request, target)
    value = {"id": "c", "choices": [{"message": {"content": "made up"}, "finish_reason": "stop"}]}
    found = [*decoder.whole(value), *decoder.close()]
    assert found == [Start("c"), Text("made up"), WebSearch("", error="unavailable"), Finish("end_turn")]
