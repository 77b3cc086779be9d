import pytest

from ccr.config.schema import Config, Key, Provider
from ccr.run.trial import Answer, bench, read_reply
from tests.aio import trio_test
from tests.vendor import Answer as Reply
from tests.vendor import Request, chat_reply, refusal, vendor

STREAM = b"""event: message_start
data: {"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":3}}}

event: ping
data: {"type":"ping"}

data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}

data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}

data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":2}}

"""


def test_stream_makes_one_message() -> None:
    message, error = read_reply(STREAM)
    assert error == ""
    assert [block["type"] for block in message["content"]] == ["thinking", "tool_use"]
    assert (message["content"][0]["thinking"], message["content"][1]["partial_json"]) == ("hm", "{}")
    assert message["usage"] == {"input_tokens": 3, "output_tokens": 2}


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"error","error":{"type":"api_error","message":"no"}}',
        STREAM + b'data: {"type":"error","error":{"message":"no"}}\n\n',
    ],
)
def test_error_is_found_in_both_forms(data: bytes) -> None:
    assert read_reply(data)[1] == "no"


def answers(reply: Reply) -> Answer:
    """Return what the bench makes of a provider's reply."""
    found: list[Answer] = []

    @trio_test()
    async def run() -> None:
        with vendor(lambda _: reply) as made:
            provider = Provider(name="p", url=made.url, models=("m",))
            async with bench(Config(), provider, Key("k"), env={}) as asked:
                found.append(await asked.ask("m", seconds=5))

    run()
    return found[0]


def test_answer_has_content_and_times() -> None:
    answer = answers(chat_reply({"stream": True}, "hello"))
    assert (answer.ok, answer.status, answer.blocks("text")[0]["text"]) == (True, 200, "hello")
    assert 0 < answer.first_ms <= answer.ms


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [(401, "bad key", "auth"), (429, "slow down", "rate"), (404, "gone", "model"), (500, "oops", "server")],
)
def test_refusal_has_the_upstreams_status_and_kind(status: int, message: str, kind: str) -> None:
    answer = answers(refusal(status, message))
    assert (answer.status, answer.kind) == (status, kind)
    assert message in answer.error


def test_model_that_only_thought_counts_as_well() -> None:
    assert answers(refusal(400, "Could not finish: max_tokens or model output limit was reached.")).ok


@trio_test()
async def test_silence_ends_in_time() -> None:
    import threading

    hold = threading.Event()

    def script(_: Request) -> Reply:
        hold.wait(10)
        return 200, {}

    with vendor(script) as made:
        async with bench(Config(), Provider(name="p", url=made.url), None, env={}) as asked:
            answer = await asked.ask("m", seconds=0.2)
        hold.set()
    assert (answer.kind, answer.status) == ("timeout", 0)
