"""The dialect as the router sees it."""

from ccr.core.event import Finish
from ccr.dialect.base import Dialect, Target
from ccr.dialect.openai_responses import OpenAIResponses
from ccr.dialect.vendor import Vendor
from tests.dialect.target import body_of, request, result, target, user
from tests.dialect.trip import answer


def test_dialect_encodes_and_decodes() -> None:
    dialect: Dialect = OpenAIResponses()
    at = Target("p", "m", "https://a.example/v1/responses", Vendor(auth="api-key"))
    call = dialect.encode(request(), at)
    assert (dialect.name, call.url, call.method, call.auth) == ("openai_responses", at.base_url, "POST", "api-key")
    events = list(dialect.decoder(request(), at).whole({"object": "response", "status": "completed", "output": []}))
    assert events[-1] == Finish("end_turn")


def test_reasoning_survives_the_round_trip() -> None:
    dialect, at = OpenAIResponses(), target("openai", "gpt-5.4")
    thought = {"id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "gAAAAAB"}
    output = [
        {"type": "reasoning", **thought, "status": "completed"},
        {"type": "message", "id": "msg_1", "content": [{"type": "output_text", "text": "Looking.", "annotations": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "Bash", "arguments": '{"command":"ls"}'},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "gAAAAAC"},
        {"type": "function_call", "id": "fc_2", "call_id": "call_2", "name": "Bash", "arguments": "{}"},
    ]
    events = [{"type": "response.output_item.done", "output_index": n, "item": item} for n, item in enumerate(output)]
    end = {"type": "response.completed", "response": {"status": "completed"}}
    said = answer(dialect, at, request(), [*events, end])
    history = request(user("hi"), said, user(result("call_1"), result("call_2")))
    items = body_of(dialect, at, history)["input"]
    assert [i["type"] for i in items[1:6]] == [o["type"] for o in output]
    assert items[1] == {"type": "reasoning", **thought}
    assert items[4] == {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "gAAAAAC"}
    elsewhere = body_of(dialect, target("openai", "gpt-5.2"), history)["input"]
    assert "reasoning" not in [i["type"] for i in elsewhere]
