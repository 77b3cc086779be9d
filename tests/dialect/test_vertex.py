"""Three makers' models behind Google Cloud's addresses."""

import json
from typing import Any

import pytest

from ccr.anthropic.unify import unify
from ccr.core.event import Finish, Text
from ccr.dialect.base import Target
from ccr.dialect.vendor import Vendor
from ccr.dialect.vendor_table import find
from ccr.dialect.vertex import Vertex, host_of, maker_of, place_url
from ccr.errors import Unavailable

PLACE = {"project": "p1", "location": "us-east5"}
REGIONAL = "https://us-east5-aiplatform.googleapis.com"
VENDOR = find("https://aiplatform.googleapis.com")
CLIENT: dict[str, Any] = {
    "max_tokens": 1000,
    "stream": True,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "messages": [{"role": "user", "content": "hi"}],
    "context_management": {"edits": []},
}


def target(model: str, base_url: str = "https://aiplatform.googleapis.com", **options: Any) -> Target:
    return Target("gcp", model, base_url, VENDOR, options={**PLACE, **options})


def sent(model: str, *, stream: bool = True, base_url: str = REGIONAL) -> tuple[str, dict[str, Any], str]:
    call = Vertex().encode(unify({**CLIENT, "stream": stream}), target(model, base_url))
    return call.url, json.loads(call.body), call.auth


def test_gemini_is_called_by_its_publisher() -> None:
    url, body, auth = sent("gemini-2.5-pro")
    root = f"{REGIONAL}/v1beta1/projects/p1/locations/us-east5/publishers/google/models/gemini-2.5-pro"
    assert (url, auth) == (f"{root}:streamGenerateContent?alt=sse", "google")
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert sent("gemini-2.5-pro", stream=False)[0] == f"{root}:generateContent"


def test_claude_gets_anthropics_body_without_the_model() -> None:
    url, body, auth = sent("claude-sonnet-4-5@20250929")
    root = f"{REGIONAL}/v1/projects/p1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929"
    assert (url, auth) == (f"{root}:streamRawPredict", "google")
    assert body["anthropic_version"] == "vertex-2023-10-16"
    assert "model" not in body
    assert body["messages"][0]["content"][0]["text"] == "hi"
    assert sent("claude-sonnet-4-5@20250929", stream=False)[0] == f"{root}:rawPredict"


def test_claude_behind_a_proxy_is_known_to_be_on_vertex() -> None:
    proxied = Target("gcp", "claude-opus-4-6", "https://proxy.example/gcp", Vendor(), options=PLACE)
    call = Vertex().encode(unify(CLIENT), proxied)
    assert call.url.startswith("https://proxy.example/gcp/v1/projects/p1/locations/us-east5/publishers/anthropic/")
    assert "context_management" not in json.loads(call.body)


def test_other_models_are_called_by_the_openai_style_endpoint() -> None:
    url, body, auth = sent("deepseek-ai/deepseek-v3.2-maas")
    assert url == f"{REGIONAL}/v1/projects/p1/locations/us-east5/endpoints/openapi/chat/completions"
    assert (body["model"], auth) == ("deepseek-ai/deepseek-v3.2-maas", "google")
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize(
    ("model", "options", "expected"),
    [
        ("gemini-2.5-pro", {}, "google"),
        ("publishers/google/models/gemini-2.5-pro", {}, "google"),
        ("google/gemini-2.5-pro", {}, "openai"),
        ("claude-opus-4-6", {}, "anthropic"),
        ("meta/llama-4-maverick-17b-128e-instruct-maas", {}, "openai"),
        ("my-endpoint", {"publisher": "google"}, "google"),
        ("my-endpoint", {"publisher": "anthropic"}, "anthropic"),
        ("gemini-2.5-pro", {"publisher": "somebody"}, "google"),
    ],
)
def test_maker_is_told_by_option_or_name(model: str, options: Any, expected: str) -> None:
    assert maker_of(target(model, **options)) == expected


GLOBAL = "https://aiplatform.googleapis.com"
EUROPE = "https://europe-west4-aiplatform.googleapis.com"


@pytest.mark.parametrize(
    ("base_url", "options", "expected"),
    [
        (GLOBAL, {"project": "p"}, f"{GLOBAL}/v1/projects/p/locations/global"),
        ("", {"project": "p"}, f"{GLOBAL}/v1/projects/p/locations/global"),
        (GLOBAL, PLACE, f"{REGIONAL}/v1/projects/p1/locations/us-east5"),
        (REGIONAL, {"project": "p"}, f"{REGIONAL}/v1/projects/p/locations/us-east5"),
        (
            GLOBAL,
            {"project": "p", "location": "eu"},
            "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu",
        ),
        (
            "https://aiplatform.us.rep.googleapis.com",
            {"project": "p"},
            "https://aiplatform.us.rep.googleapis.com/v1/projects/p/locations/us",
        ),
        (f"{REGIONAL}/v1/projects/p2/locations/us-east5", {}, f"{REGIONAL}/v1/projects/p2/locations/us-east5"),
        (
            f"{REGIONAL}/v1beta1/projects/p2/locations/us-east5/publishers/google/models/",
            {"location": "global"},
            f"{GLOBAL}/v1beta1/projects/p2/locations/global",
        ),
        (
            "http://localhost:9999/gcp/",
            {"project": "p"},
            "http://localhost:9999/gcp/v1/projects/p/locations/global",
        ),
        (GLOBAL, {"project": "example.com:p", "location": " "}, f"{GLOBAL}/v1/projects/example.com:p/locations/global"),
    ],
)
def test_place_is_read_from_options_and_address(base_url: str, options: Any, expected: str) -> None:
    assert place_url(Target("gcp", "m", base_url, VENDOR, options=options), "v1") == expected


@pytest.mark.parametrize(
    ("base_url", "options", "expected"),
    [
        (GLOBAL, {}, f"{EUROPE}/v1/projects/told/locations/europe-west4"),
        (GLOBAL, {"project": "p"}, f"{EUROPE}/v1/projects/p/locations/europe-west4"),
        (REGIONAL, {}, f"{REGIONAL}/v1/projects/told/locations/us-east5"),
        (f"{REGIONAL}/v1/projects/p2/locations/us-east5", {}, f"{REGIONAL}/v1/projects/p2/locations/us-east5"),
    ],
)
def test_account_tells_what_options_and_address_leave_open(base_url: str, options: Any, expected: str) -> None:
    told = {"project": "told", "location": "europe-west4"}
    assert place_url(Target("gcp", "m", base_url, VENDOR, options=options, defaults=told), "v1") == expected


def test_missing_project_says_how_to_mend_it() -> None:
    with pytest.raises(Unavailable, match="'gcp' needs a Google Cloud project") as caught:
        Vertex().encode(unify(CLIENT), Target("gcp", "gemini-2.5-pro", GLOBAL, VENDOR))
    assert caught.value.should_retry is False


def test_hosts_of_locations() -> None:
    assert [host_of(x) for x in ("global", "eu", "europe-west1")] == [
        "aiplatform.googleapis.com",
        "aiplatform.eu.rep.googleapis.com",
        "europe-west1-aiplatform.googleapis.com",
    ]


@pytest.mark.parametrize(
    ("model", "reply"),
    [
        ("gemini-2.5-pro", {"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}),
        (
            "claude-opus-4-6",
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "text", "text": "hi"}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 1, "output_tokens": 1},
            },
        ),
        ("qwen/qwen3-coder-maas", {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}),
    ],
)
def test_reply_is_decoded_as_its_maker_writes_it(model: str, reply: Any) -> None:
    decoder = Vertex().decoder(unify(CLIENT), target(model))
    found = [*decoder.whole(reply), *decoder.close()]
    assert Text("hi") in found
    assert Finish("end_turn") in found
