"""The official Anthropic SDK talks to the router over a real socket."""

from typing import Any

import anthropic
import pytest

from tests.aio import trio_test
from tests.chat import delta, sse, tool, usage
from tests.live import Live, Seen, Wire, live, streaming

ANSWER = sse(
    [
        delta(reasoning_content="Let me think. "),
        delta(content="Hello "),
        delta(content="there."),
        tool(0, call="call_1", name="get_weather", args='{"city":'),
        tool(0, args='"Paris"}'),
        tool(1, call="call_2", name="get_weather", args='{"city":"Rome"}'),
        delta(finish="tool_calls"),
        usage(30, 12, 20),
    ]
)
TOOL: Any = {
    "name": "get_weather",
    "description": "Tells the weather.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
ASK: Any = {
    "model": "claude-opus-5-5",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hi"}],
    "tools": [TOOL],
}


def client(router: Live) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=router.url, api_key="test", max_retries=0)


@trio_test(limit=30)
async def test_sdk_reads_a_stream() -> None:
    async with live(streaming(ANSWER)) as router, client(router) as sdk, sdk.messages.stream(**ASK) as stream:
        texts = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
    assert "".join(texts) == "Hello there."
    assert [b.type for b in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert [b.input for b in message.content if b.type == "tool_use"] == [{"city": "Paris"}, {"city": "Rome"}]
    assert message.stop_reason == "tool_use"
    assert (message.usage.input_tokens, message.usage.cache_read_input_tokens, message.usage.output_tokens) == (
        10,
        20,
        12,
    )


@trio_test(limit=30)
async def test_sdk_reads_a_whole_message() -> None:
    async with live(streaming(ANSWER)) as router, client(router) as sdk:
        message = await sdk.messages.create(**ASK)
    assert [b.type for b in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert message.model == "claude-opus-5-5"


@trio_test(limit=30)
async def test_sdk_gives_a_tool_result_back() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        words = [m["content"] for m in seen.body["messages"] if m["role"] == "tool"]
        await streaming(ANSWER if not words else sse([delta(content=" ".join(words)), delta(finish="stop")]))(
            seen, wire
        )

    async with live(script) as router, client(router) as sdk:
        first = await sdk.messages.create(**ASK)
        results: Any = [
            {"type": "tool_result", "tool_use_id": b.id, "content": b.id} for b in first.content if b.type == "tool_use"
        ]
        history: Any = [
            *ASK["messages"],
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": results},
        ]
        second = await sdk.messages.create(**{**ASK, "messages": history})
    assert second.content[0].type == "text"
    assert second.content[0].text == "call_1 call_2"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.AuthenticationError),
        (403, anthropic.PermissionDeniedError),
        (404, anthropic.NotFoundError),
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
    ],
)
def test_sdk_raises_the_fitting_error(status: int, error: type[anthropic.APIStatusError]) -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, {"error": {"message": "no such luck"}})

    @trio_test(limit=30)
    async def run() -> None:
        async with live(script) as router, client(router) as sdk:
            with pytest.raises(error, match="no such luck"):
                await sdk.messages.create(**ASK)

    run()


@trio_test(limit=30)
async def test_sdk_counts_tokens_and_lists_models() -> None:
    async with live(streaming(ANSWER)) as router, client(router) as sdk:
        counted = await sdk.messages.count_tokens(model="any", messages=ASK["messages"], tools=[TOOL])
        models = [model.id async for model in sdk.models.list()]
    assert counted.input_tokens > 10
    assert models == ["claude-router/up,m"]
