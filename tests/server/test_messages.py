"""Messages requests through a real router to a scripted upstream."""

import json
from typing import Any

import pytest
import trio

from ccr.anthropic.stream import frame
from ccr.config.parse import parse
from ccr.core.seal import PREFIX, seal
from ccr.net.watch import Limits
from ccr.server.messages import limits
from ccr.snapshot import Snapshot
from tests.aio import trio_test
from tests.chat import DONE, delta, request, sse, tool, usage
from tests.legal import read_stream
from tests.live import Live, Seen, Wire, config, live, streaming

HELLO = sse([delta(content="Hello"), delta(finish="stop"), usage(10, 5, 4)])
KEY = {"authorization": "Bearer right"}


@trio_test()
async def test_a_stream_is_translated_and_the_route_told() -> None:
    async with live(streaming(HELLO)) as router:
        answer = await router.post(request())
    message = read_stream(answer.content)
    assert message["content"] == [{"type": "text", "text": "Hello"}]
    assert message["model"] == "claude-x"
    assert answer.headers["x-ccr-route"] == "up,m"
    assert answer.headers["content-type"].startswith("text/event-stream")
    sent = router.seen[0]
    assert (sent.path, sent.headers["authorization"]) == ("/v1/chat/completions", "Bearer k")
    assert sent.body["model"] == "m"
    assert sent.body["stream_options"] == {"include_usage": True}


@trio_test()
async def test_a_request_without_stream_gets_one_message() -> None:
    async with live(streaming(HELLO)) as router:
        answer = await router.post(request(stream=False))
    message = answer.json()
    assert message["content"] == [{"type": "text", "text": "Hello"}]
    assert message["usage"]["cache_read_input_tokens"] == 4
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "bad field"}}, "invalid_request_error"),
        (401, {"error": {"message": "bad key"}}, "authentication_error"),
        (403, {"message": "no"}, "permission_error"),
        (404, {"detail": "no such model"}, "not_found_error"),
        (429, {"error": "slow down"}, "rate_limit_error"),
        (500, b"<html><title>Oops</title></html>", "api_error"),
        (503, b"", "overloaded_error"),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_an_upstreams_error_keeps_its_status(status: int, body: Any, kind: str, stream: bool) -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, body, {"retry-after": "7"})

    @trio_test()
    async def run() -> None:
        async with live(script) as router:
            answer = await router.post(request(stream=stream))
        assert answer.status_code == status
        assert answer.json()["type"] == "error"
        assert answer.json()["error"]["type"] == kind
        assert answer.headers["retry-after"] == "7"
        assert answer.headers.get("x-should-retry") == ("false" if status in (401, 403, 404) else None)

    run()


@trio_test()
async def test_an_error_inside_a_200_is_an_error_status() -> None:
    raw = b'data: {"error":{"message":"too many","code":429}}\n\n'
    async with live(streaming(raw)) as router:
        answer = await router.post(request())
    assert answer.status_code == 429
    assert "too many" in answer.json()["error"]["message"]


@trio_test()
async def test_a_stream_that_breaks_after_content_ends_in_an_error_event() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.begin()
        await wire.send(sse([delta(content="half")], end=b""))
        await wire.stream.aclose()

    async with live(script) as router:
        answer = await router.post(request())
    assert answer.status_code == 200
    assert read_stream(answer.content)["error"]["type"] == "api_error"


@trio_test()
async def test_a_refused_connection_is_a_502_that_names_the_provider() -> None:
    def make(upstream: str) -> dict[str, Any]:
        return config("http://127.0.0.1:1")

    async with live(streaming(HELLO), make=make) as router:
        answer = await router.post(request())
    assert answer.status_code == 502
    assert "[up/m]" in answer.json()["error"]["message"]


@trio_test()
async def test_a_client_that_leaves_closes_the_upstream_within_a_second() -> None:
    closed = trio.Event()

    async def script(seen: Seen, wire: Wire) -> None:
        await wire.begin()
        await wire.send(sse([delta(content="a")], end=b""))
        await wire.closed()
        closed.set()

    async with live(script) as router:
        client = await router.open(request())
        assert await client.receive_some()
        await client.aclose()
        with trio.fail_after(1):
            await closed.wait()
        await router.settled()
        assert router.state.recent[-1].result == "gone"


@trio_test()
async def test_a_client_that_leaves_in_silence_closes_the_upstream() -> None:
    arrived, closed = trio.Event(), trio.Event()

    async def script(seen: Seen, wire: Wire) -> None:
        arrived.set()
        await wire.closed()
        closed.set()

    async with live(script) as router:
        client = await router.open(request())
        await arrived.wait()
        await client.aclose()
        with trio.fail_after(1):
            await closed.wait()


BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "no json": (b"{", 400, "not JSON"),
    "a list": (b"[]", 400, "JSON object"),
    "no model": (b'{"messages":[{"role":"user","content":"x"}]}', 400, "model"),
    "no messages": (b'{"model":"up,m"}', 400, "messages"),
    "empty messages": (b'{"model":"up,m","messages":[]}', 400, "messages"),
    "a strange role": (b'{"model":"up,m","messages":[{"role":"robot","content":"x"}]}', 400, "messages.0"),
    "an unknown provider": (b'{"model":"upp,m","messages":[{"role":"user","content":"x"}]}', 404, "'up'"),
    "deep nesting": (b'{"model":' + b"[" * 100_000, 400, "nested"),
}


@pytest.mark.parametrize(("raw", "status", "words"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_request_says_what_is_wrong(raw: bytes, status: int, words: str) -> None:
    @trio_test()
    async def run() -> None:
        async with live(streaming(HELLO)) as router:
            answer = await router.http.post(f"{router.url}/v1/messages", content=raw)
            assert answer.status_code == status
            assert words in answer.json()["error"]["message"]
            assert (await router.post(request())).status_code == 200

    run()


@trio_test(limit=30)
async def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    async with live(streaming(HELLO)) as router:
        stream = await trio.open_tcp_stream("127.0.0.1", int(router.url.rpartition(":")[2]))
        head = b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 104857600\r\n\r\n"
        await stream.send_all(head)
        data = await stream.receive_some(65536)
        assert b" 413 " in data
        await stream.aclose()


@trio_test()
async def test_client_that_still_sends_gets_the_refusal_whole() -> None:
    async with (
        live(streaming(HELLO), make=lambda upstream: config(upstream, APIKEY="right")) as router,
        await trio.open_tcp_stream("127.0.0.1", int(router.url.rpartition(":")[2])) as stream,
    ):
        await stream.send_all(b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 3000000\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += await stream.receive_some(65536)
        for _ in range(3):
            await stream.send_all(bytes(1_000_000))
        with trio.fail_after(1):
            while piece := await stream.receive_some(65536):
                answer += piece
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in answer.lower()
    assert answer.endswith(b"}}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-api-key": "wrong"}, 401),
        ({"x-api-key": "right"}, 200),
        (KEY, 200),
        ({"authorization": "right"}, 200),
    ],
)
def test_the_key_is_asked_for(headers: dict[str, str], status: int) -> None:
    @trio_test()
    async def run() -> None:
        async with live(streaming(HELLO), make=lambda upstream: config(upstream, APIKEY="right")) as router:
            answer = await router.post(request(), headers=headers)
            assert answer.status_code == status
            assert (await router.http.get(f"{router.url}/health")).status_code == 200
            if status == 401:
                assert "APIKEY" in answer.json()["error"]["message"]
                assert answer.headers["x-should-retry"] == "false"

    run()


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example.com"}, {"origin": "https://evil.example.com"}, {"sec-fetch-site": "cross-site"}]
)
def test_foreign_web_pages_are_refused(headers: dict[str, str]) -> None:
    @trio_test()
    async def run() -> None:
        async with live(streaming(HELLO)) as router:
            answer = await router.post(request(), headers=headers)
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
            assert router.seen == []

    run()


PASSED = b"".join(
    frame(value["type"], value)
    for value in (
        {
            "type": "message_start",
            "message": {"id": "msg_u", "type": "message", "role": "assistant", "model": "claude-real", "content": []}
            | {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 1}},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    )
)


RENAMED = PASSED.replace(b'"claude-real"', b'"claude-x"')
"""With the name that the client has for the model; nothing else of it changes."""


def anthropic(upstream: str) -> dict[str, Any]:
    provider = {"api_base_url": f"{upstream}/v1/messages", "transformer": {"use": ["Anthropic"]}}
    return config(upstream, provider=provider)


@trio_test()
async def test_the_anthropic_transformer_alone_passes_bytes_through() -> None:
    raw = b'{ "model": "claude-x", "stream": true, "odd":1, "messages":[{"role":"user","content":"\\u00e9"}]}'
    headers = {"anthropic-beta": "a,b", "authorization": "Bearer test", "content-type": "application/json"}
    async with live(streaming(PASSED), make=anthropic) as router:
        answer = await router.http.post(f"{router.url}/v1/messages?beta=true", content=raw, headers=headers)
    assert answer.content == RENAMED
    sent = router.seen[0]
    assert sent.raw == raw.replace(b'"claude-x"', b'"m"')
    assert sent.path == "/v1/messages?beta=true"
    assert (sent.headers["x-api-key"], sent.headers["anthropic-beta"]) == ("k", "a,b")
    assert "authorization" not in sent.headers
    trail = router.state.recent[-1]
    assert trail.usage is not None
    assert (trail.usage.input, trail.usage.output, trail.stop_reason) == (3, 2, "end_turn")


@trio_test()
async def test_another_providers_reasoning_is_not_passed_through() -> None:
    foreign = {"type": "thinking", "thinking": "hm", "signature": seal("other", "model", "state")}
    turn = {"role": "assistant", "content": [foreign, {"type": "text", "text": "yes"}]}
    body = request(messages=[{"role": "user", "content": "a"}, turn, {"role": "user", "content": "b"}])
    async with live(streaming(PASSED), make=anthropic) as router:
        answer = await router.post(body)
    assert answer.content == RENAMED
    assert PREFIX.encode() not in router.seen[0].raw
    assert [m["role"] for m in router.seen[0].body["messages"]] == ["user", "assistant", "user"]


@trio_test()
async def test_reasoning_that_one_provider_passed_on_is_not_passed_to_another() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "5f0c-1d"}
    message = {"type": "message", "role": "assistant", "content": [thought, {"type": "text", "text": "b"}]}
    answered = json.dumps({**message, "stop_reason": "end_turn", "usage": {"input_tokens": 1}}).encode()

    def providers(url: str) -> dict[str, Any]:
        one = anthropic(url)["Providers"][0]
        return {**anthropic(url), "Providers": [one, {**one, "name": "other", "models": ["claude-sonnet-4-5"]}]}

    async with live(streaming(answered), make=providers) as router:
        first = (await router.post(request(stream=False))).json()
        turns = [*request()["messages"], {"role": "assistant", "content": first["content"]}]
        body = request(messages=[*turns, {"role": "user", "content": "c"}], stream=False)
        for model in ("up,m", "other,claude-sonnet-4-5"):
            await router.post({**body, "model": model})
    assert first["content"][0] == thought
    sent = [seen.body["messages"][1]["content"] for seen in router.seen[1:]]
    assert sent == [first["content"], [{"type": "text", "text": "b"}]]


@trio_test()
async def test_a_passed_stream_that_is_cut_gets_an_error_event() -> None:
    async with live(streaming(PASSED[:-60]), make=anthropic) as router:
        answer = await router.post(request())
    assert answer.content.endswith(b"\n\n")
    assert b"event: error" in answer.content


@trio_test()
async def test_parallel_requests_do_not_mix() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.begin()
        for letter in seen.body["messages"][0]["content"]:
            await wire.send(sse([delta(content=letter)], end=b""))
            await trio.lowlevel.checkpoint()
        await wire.send(sse([delta(finish="stop")]))
        await wire.end()

    async def ask(router: Live, text: str) -> None:
        answer = await router.post(request(messages=[{"role": "user", "content": text}]))
        assert read_stream(answer.content)["content"] == [{"type": "text", "text": text}]

    async with live(script) as router, trio.open_nursery() as nursery:
        for index in range(20):
            nursery.start_soon(ask, router, f"request number {index}")


@trio_test()
async def test_tool_names_that_are_too_long_come_back_whole() -> None:
    name = "mcp__a_server_with_a_long_name__" + "x" * 60

    async def script(seen: Seen, wire: Wire) -> None:
        sent = seen.body["tools"][0]["function"]["name"]
        assert len(sent) <= 64
        await wire.begin()
        await wire.send(sse([tool(0, call="a", name=sent, args="{}"), delta(finish="tool_calls")]))
        await wire.end()

    body = request(tools=[{"name": name, "input_schema": {"type": "object"}}])
    async with live(script) as router:
        assert read_stream((await router.post(body)).content)["content"][0]["name"] == name


@trio_test()
async def test_the_last_word_of_the_stream_is_not_done() -> None:
    async with live(streaming(HELLO)) as router:
        answer = await router.post(request())
    assert DONE not in answer.content
    assert json.loads(answer.content.rsplit(b"data: ", 1)[1]) == {"type": "message_stop"}


OWN = {"timeouts": {"first_token": 40, "idle": 50}, "model_settings": {"m": {"timeouts": {"idle": 7, "connect": 3}}}}


@pytest.mark.parametrize(
    ("provider", "patience", "stream", "expected"),
    [
        ({}, 600_000, True, Limits(15, 600, 300, 3600)),
        ({}, 600_000, False, Limits(15, 570, 300, 570)),
        ({}, 10_000, True, Limits(10, 10, 10, 3600)),
        ({}, 10_000, False, Limits(9.5, 9.5, 9.5, 9.5)),
        ({}, 7_200_000, True, Limits(15, 7200, 300, 7200)),
        (OWN, 600_000, True, Limits(3, 40, 7, 3600)),
        ({"timeouts": {"first_token": 900, "total": 1000}}, 600_000, False, Limits(15, 900, 300, 1000)),
    ],
    ids=["usual", "whole", "short", "short and whole", "long", "model before provider", "provider before patience"],
)
def test_limits_come_from_the_model_the_provider_and_the_clients_patience(
    provider: dict[str, Any], patience: int, stream: bool, expected: Limits
) -> None:
    settings = config("http://127.0.0.1:9", provider=provider, API_TIMEOUT_MS=patience)
    snapshot = Snapshot(parse(json.dumps(settings), {}).require(), "")
    assert limits(snapshot, snapshot.upstream("up", "m"), stream=stream) == expected


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("content", [b"", sse([delta(content="first ")], end=b"")], ids=["silence", "content"])
def test_what_is_broken_off_says_so(content: bytes, stream: bool) -> None:
    @trio_test()
    async def run() -> None:
        reached, closed = trio.Event(), trio.Event()

        async def script(seen: Seen, wire: Wire) -> None:
            await wire.begin()
            if content:
                await wire.send(content)
            reached.set()
            await wire.closed()
            closed.set()

        async def stop(router: Live) -> None:
            await reached.wait()
            await trio.sleep(0.1)
            router.state.break_off()

        async with live(script) as router, trio.open_nursery() as nursery:
            nursery.start_soon(stop, router)
            answer = await router.post(request(stream=stream))
            await closed.wait()
            await router.settled()
        if stream and content:
            assert read_stream(answer.content)["error"]["type"] == "overloaded_error"
        else:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "ccr was stopped" in answer.text

    run()
