import json
from typing import Any

import pytest
from msgspec.structs import replace

from ccr.core.event import Event, Finish, Start, Text
from ccr.dialect.base import Target
from ccr.dialect.gemini import Gemini
from ccr.dialect.gemini.code_assist import project_in, setup
from ccr.dialect.vendor_table import find
from tests.grammar import Checked, joined

REQUEST = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
CHUNK = {"candidates": [{"content": {"parts": [{"text": "hello"}]}, "finishReason": "STOP"}], "responseId": "r"}


def target(url: str, **options: Any) -> Target:
    return Target("p", "gemini-2.5-pro", url, find(url), options={"code_assist": True, **options})


@pytest.mark.parametrize(
    ("base", "root"),
    [
        ("https://cloudcode-pa.googleapis.com", "https://cloudcode-pa.googleapis.com"),
        ("https://cloudcode-pa.googleapis.com/v1internal/models/", "https://cloudcode-pa.googleapis.com"),
        ("https://generativelanguage.googleapis.com/v1beta/models/", "https://cloudcode-pa.googleapis.com"),
        ("", "https://cloudcode-pa.googleapis.com"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080"),
    ],
)
def test_call_goes_to_code_assist_wherever_the_provider_points(base: str, root: str) -> None:
    assert Gemini().encode(REQUEST, target(base)).url == f"{root}/v1internal:streamGenerateContent?alt=sse"
    assert Gemini().encode({**REQUEST, "stream": False}, target(base)).url == f"{root}/v1internal:generateContent"


def test_body_is_gemini_s_own_in_an_envelope() -> None:
    plain = Target("p", "gemini-2.5-pro", "https://generativelanguage.googleapis.com", find(""))
    inner = json.loads(Gemini().encode(REQUEST, plain).body)
    call = Gemini().encode(REQUEST, target("", project="mine"))
    assert json.loads(call.body) == {"model": "gemini-2.5-pro", "project": "mine", "request": inner}
    assert call.auth == "bearer"
    assert "project" not in json.loads(Gemini().encode(REQUEST, target("")).body)
    told = replace(target(""), defaults={"project": "told"})
    assert json.loads(Gemini().encode(REQUEST, told).body)["project"] == "told"


@pytest.mark.parametrize("wrap", [lambda chunk: {"response": chunk, "traceId": "t"}, lambda chunk: chunk])
@pytest.mark.parametrize("streamed", [True, False])
def test_reply_is_taken_out_of_its_envelope(wrap: Any, streamed: bool) -> None:
    decoder = Checked(Gemini().decoder(REQUEST, target("")))
    value = wrap(CHUNK)
    events: list[Event] = [*(decoder.event(json.dumps(value).encode(), "") if streamed else decoder.whole(value))]
    events += decoder.close()
    kinds = [event for event in joined(events) if isinstance(event, Start | Text | Finish)]
    assert [type(event) for event in kinds] == [Start, Text, Finish]
    assert kinds[1:] == [Text("hello"), Finish("end_turn")]


def test_setup_tells_the_project() -> None:
    url, body = setup("https://generativelanguage.googleapis.com/v1beta")
    assert url == "https://cloudcode-pa.googleapis.com/v1internal:loadCodeAssist"
    assert json.loads(body)["metadata"]["pluginType"] == "GEMINI"
    assert project_in(b'{"cloudaicompanionProject": "p", "currentTier": {}}') == "p"


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"currentTier": {}}', b'{"cloudaicompanionProject": {"id": "p"}}'])
def test_setup_may_tell_no_project(answer: bytes) -> None:
    assert project_in(answer) == ""


def test_broken_event_is_left_to_the_decoder() -> None:
    decoder = Gemini().decoder(REQUEST, target(""))
    assert not any(isinstance(event, Text) for event in decoder.event(b"{broken", ""))
