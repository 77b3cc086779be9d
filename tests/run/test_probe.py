import pytest

from ccr.config.schema import Config
from ccr.net.listing import Listed
from ccr.run.probe import Finding, Suspect, entry, largest, probe, wires
from ccr.run.trial import Answer
from tests.vendor import Answer as Reply
from tests.vendor import Request, chat_reply, refusal, vendor


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/v1/messages", ["anthropic"]),
        ("https://x.example/v1/responses", ["openai_responses"]),
        ("https://generativelanguage.googleapis.com", ["gemini"]),
        ("https://api.deepseek.com", ["openai_chat"]),
        ("https://x.example", ["openai_chat", "anthropic", "openai_responses", "gemini"]),
    ],
)
def test_address_tells_the_wire_formats(url: str, expected: list[str]) -> None:
    assert wires(url) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("max_tokens: must be at most 8192", 8192),
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8192),
        ("max_tokens must be less than or equal to 32768", 32768),
        ("supports at most 16384 completion tokens, whereas you provided 9999999", 16384),
        ("no", None),
    ],
)
def test_refusal_names_the_limit(error: str, expected: int | None) -> None:
    assert largest(Answer(400, 1, error=error, kind="caller")) == expected


def look(script: object, path: str = "", **suspect: object) -> Finding:
    with vendor(script) as made:  # type: ignore[arg-type]
        target = Suspect("p", made.url + path, **suspect)  # type: ignore[arg-type]
        return probe(target, Config(), env={}, seconds=5, tell=lambda _: None)


def test_tags_in_the_text_are_noticed() -> None:
    def script(request: Request) -> Reply:
        return chat_reply(request.body, "<think>hm</think>hi") if request.body else (200, {"data": [{"id": "m"}]})

    finding = look(script)
    assert (finding.reasoning, finding.tools, finding.vision) == ("tags", False, True)
    assert "transformer" not in entry(finding, Suspect("p", finding.url), key="")


def test_tags_that_are_left_in_the_text_get_their_transformer() -> None:
    finding = Finding(url="http://x/v1/chat/completions", wire="openai_chat", model="m", reasoning="text")
    assert entry(finding, Suspect("p", "http://x"), key="")["transformer"] == {"use": ["extrathinktag"]}


def test_responses_api_is_found_where_nothing_else_answers() -> None:
    def script(request: Request) -> Reply:
        if request.path != "/v1/responses":
            return 404, {"error": {"message": "no such path"}}
        item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
        return 200, {"id": "r", "object": "response", "status": "completed", "output": [item], "usage": {}}

    finding = look(script, models=("m",))
    assert (finding.wire, finding.error) == ("openai_responses", "")


@pytest.mark.parametrize(("status", "kind"), [(401, "auth"), (402, "quota"), (429, "rate")])
def test_first_word_about_the_key_ends_the_search(status: int, kind: str) -> None:
    seen: list[str] = []

    def script(request: Request) -> Reply:
        seen.append(request.path)
        return refusal(status, "no")

    finding = look(script, models=("m",))
    assert (finding.kind, finding.status) == (kind, status)
    assert seen == ["/v1/models", "/v1/chat/completions"]


def test_address_without_a_list_needs_a_model() -> None:
    assert "--model" in look(lambda _: (404, {})).error


def test_long_lists_are_not_written() -> None:
    models = tuple(Listed(f"m{number}") for number in range(50))
    finding = Finding(url="http://x/v1/chat/completions", wire="openai_chat", model="m3", models=models)
    assert entry(finding, Suspect("p", "http://x"), key="k")["models"] == ["m3"]


def test_wire_format_that_the_address_does_not_tell_is_written() -> None:
    finding = Finding(url="http://x/api", wire="anthropic", model="m", max_output=9)
    assert entry(finding, Suspect("p", "http://x"), key="") == {
        "name": "p",
        "api_base_url": "http://x/api",
        "models": ["m"],
        "transformer": {"use": ["Anthropic"]},
        "model_settings": {"m": {"max_output": 9}},
    }
