"""One request's way to scripted upstreams, on a virtual clock: what the upstreams see, and what the client gets."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import httpx
import pytest
import trio
from msgspec.structs import replace

from ccr.core.trail import Trail
from ccr.dialect.base import Call
from ccr.errors import BadRequest, ConfigError, UpstreamError, UpstreamTimeout
from ccr.keys.attempts import Ask, Candidate
from ccr.keys.board import Board
from ccr.keys.limit import UNLIMITED, Limits
from ccr.keys.pool import PoolSpec
from ccr.keys.repair import Repairs
from ccr.keys.slot import KeySpec
from ccr.net.desk import OwnDesk
from ccr.net.errand import Errand, Make, Prepare
from ccr.net.exchange import Exchange
from ccr.net.queue import Queue
from ccr.net.relay import Relay
from ccr.net.watch import END_SECONDS, STOP_SECONDS, Watch
from ccr.net.watch import Limits as TimeLimits
from tests.aio import trio_test
from tests.chat import DONE, delta, reply, request, sse, usage
from tests.legal import read_stream

HELLO = sse([delta(content="Hello"), delta(finish="stop"), usage(10, 5)])
Answer = httpx.Response | Exception
Script = Callable[[str, dict[str, Any]], Answer | Awaitable[Answer]]
"""Answers a model's key and body."""


class Body(httpx.AsyncByteStream):
    """Pieces with pauses in between, and perhaps an end that is none."""

    def __init__(self, *pieces: bytes | float, breaks: bool = False) -> None:
        self._pieces = pieces
        self._breaks = breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                await trio.sleep(piece)
        if self._breaks:
            raise httpx.ReadError("reset")


class Transport(httpx.AsyncBaseTransport):
    """A scripted upstream."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.seen: list[tuple[float, str, dict[str, Any]]] = []
        self.headers: list[set[str]] = []
        self.urls: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = request.headers.get("authorization", request.headers.get("x-api-key", "")).removeprefix("Bearer ")
        body = json.loads(request.content)
        self.urls.append(str(request.url))
        self.headers.append({"authorization", "x-api-key"} & set(request.headers.keys()))
        self.seen.append((trio.current_time(), key, body))
        found = self._script(key, body)
        answer = await found if isinstance(found, Awaitable) else found
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def keys(self) -> list[str]:
        return [key for _, key, _ in self.seen]


def good(*_: Any) -> httpx.Response:
    return httpx.Response(200, stream=Body(HELLO))


def bad(status: int, message: str = "no", **headers: str) -> httpx.Response:
    body = json.dumps({"error": {"message": message}}).encode()
    return httpx.Response(status, headers={k.replace("_", "-"): v for k, v in headers.items()}, stream=Body(body))


def by_key(**answers: Callable[[], Answer]) -> Script:
    return lambda key, body: answers.get(key, good)()


def in_turn(*answers: Callable[[], Answer]) -> Script:
    left = list(answers)
    return lambda key, body: (left.pop(0) if len(left) > 1 else left[0])()


class World:
    """Providers `p0`, `p1`, ... with scripted upstreams, and the memory of a server."""

    def __init__(self, *scripts: Script, keys: str = "a", limits: Limits = UNLIMITED, repeats: int = 0) -> None:
        self.board, self.queue = Board(lambda: 0.5), Queue()
        self.transports = [Transport(script) for script in scripts]
        self.time_limits = TimeLimits()
        self.trail = Trail("t", 0.0)
        self.sent: list[dict[str, Any]] = []
        specs = tuple(KeySpec(key) for key in keys)
        self.board.configure(PoolSpec(f"p{n}", specs, limits=limits) for n in range(len(scripts)))
        self.candidates = [
            Candidate(f"p{n}", "m", self.board.pool(f"p{n}"), self.board.circuit(f"p{n}", "m"), repeats=repeats)
            for n in range(len(scripts))
        ]

    async def post(self, *, stream: bool = True, prepares: Sequence[Prepare] = ()) -> bytes:
        """Send a request all the way; return the body that the client gets. Raises UpstreamError."""
        self.sent, pieces, self.trail = [], [], Trail("t", 0.0)

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)
            pieces.append(message.get("body", b""))

        async def receive() -> Any:
            await trio.sleep_forever()

        relay = Relay(send, stream=stream, headers={})
        watch = Watch(relay)
        exchange = Exchange(relay, watch, self.trail, repairs=Repairs(self.board.lessons, "s"), mask=str.upper)
        course = OwnDesk(self.board, self.queue).course(self.candidates, Ask(exchange.accepted, "s"))
        errands = prepares or [self._prepare(transport, stream) for transport in self.transports]
        failure: UpstreamError | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch.run, receive, nursery.cancel_scope)
            try:
                await exchange.run(course, self.candidates, errands=errands)
            except UpstreamError as error:
                failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return b"".join(pieces)

    def _prepare(self, transport: Transport, stream: bool) -> Prepare:
        async def make(key: str) -> Errand:
            body = json.dumps({"model": "m", "max_tokens": 64000, "x": 1}).encode()
            found = partial(reply, request(stream=stream), stream=stream)
            return Errand(Call("http://up/v1", body), transport, found, self.time_limits)

        async def prepare() -> Make:
            return make

        return prepare


def text(body: bytes) -> str:
    return "".join(block["text"] for block in read_stream(body)["content"])


@trio_test(autojump=True)
async def test_with_one_key_of_five_alive_nobody_sees_an_error() -> None:
    dead = {"a": lambda: bad(401), "b": lambda: bad(402), "c": lambda: bad(429), "d": lambda: bad(500)}
    world = World(by_key(**dead), keys="abcde")
    for _ in range(8):
        assert text(await world.post()) == "Hello"
    assert [attempt.result for attempt in world.trail.attempts][-1] == "ok"
    assert world.transports[0].keys.count("a") == 1


@trio_test(autojump=True)
async def test_an_attempt_is_on_record_with_its_masked_key_and_reason() -> None:
    world = World(by_key(a=lambda: bad(401, "wrong key")), keys="ab")
    await world.post()
    first, second = world.trail.attempts
    assert (first.provider, first.key, first.status, first.result) == ("p0", "A", 401, "wrong key")
    assert (second.key, second.status, second.result) == ("B", 200, "ok")


@trio_test(autojump=True)
async def test_the_next_provider_answers_for_one_that_is_away() -> None:
    world = World(lambda *_: httpx.ConnectError("refused"), good)
    began = trio.current_time()
    assert text(await world.post()) == "Hello"
    assert [len(transport.seen) for transport in world.transports] == [3, 1]
    assert trio.current_time() - began < 1


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(
    "broken",
    [
        lambda: httpx.Response(200, stream=Body()),
        lambda: httpx.Response(200, stream=Body(b'data: {"error":{"message":"busy","code":503}}\n\n')),
        lambda: httpx.Response(200, stream=Body(b"<html>sorry</html>")),
        lambda: httpx.Response(200, stream=Body(b": hello\n\n", breaks=True)),
        lambda: httpx.Response(302, headers={"location": "x"}, stream=Body()),
    ],
    ids=["empty", "error chunk", "html", "cut", "redirect"],
)
def test_an_error_inside_a_good_status_counts_as_a_failure(broken: Callable[[], httpx.Response], stream: bool) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        world = World(lambda *_: broken(), good)
        body = await world.post(stream=stream)
        assert (text(body) if stream else json.loads(body)["content"][0]["text"]) == "Hello"
        assert len(world.transports[0].seen) == 1

    run()


@trio_test(autojump=True)
async def test_after_content_there_is_an_error_event_and_no_other_attempt() -> None:
    half = sse([delta(content="Hal")], end=b"")
    world = World(lambda *_: httpx.Response(200, stream=Body(half, breaks=True)), good)
    body = await world.post()
    assert b"event: error" in body
    assert world.transports[1].seen == []
    assert world.trail.result == "error"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("end", "seconds"), [(DONE, END_SECONDS), (b"", 0.5 + STOP_SECONDS)], ids=["last word", "finish reason"]
)
def test_a_body_that_does_not_end_is_not_waited_for(stream: bool, end: bytes, seconds: float) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        late = sse([usage(10, 5)], end=b"")
        body = sse([delta(content="Hello"), delta(finish="stop")], end=end)
        world = World(lambda *_: httpx.Response(200, stream=Body(body, 0.5, late, 1000)))
        start = trio.current_time()
        out = await world.post(stream=stream)
        message = read_stream(out) if stream else json.loads(out)
        assert (message["content"][0]["text"], message["usage"]["output_tokens"]) == ("Hello", 5)
        assert trio.current_time() - start == pytest.approx(seconds, abs=0.1)
        assert [attempt.result for attempt in world.trail.attempts] == ["ok"]

    run()


NOTHING = sse([delta(role="assistant", content=""), delta(finish="stop"), usage(10, 0)])


def silent(*_: Any) -> httpx.Response:
    return httpx.Response(200, stream=Body(NOTHING))


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_turn_without_a_word_is_asked_for_again(stream: bool) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        world = World(in_turn(silent, good))
        body = await world.post(stream=stream)
        assert (text(body) if stream else json.loads(body)["content"][0]["text"]) == "Hello"
        world = World(silent, good)
        await world.post(stream=stream)
        assert [len(transport.seen) for transport in world.transports] == [2, 1]
        assert dict(world.sent[0]["headers"])[b"x-ccr-route"] == b"p1,m"

    run()


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("then", [silent, lambda: bad(500)], ids=["again", "then failing"])
def test_if_nothing_better_can_be_had_the_turn_without_a_word_counts(
    stream: bool, then: Callable[[], httpx.Response]
) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        world = World(in_turn(silent, then), lambda *_: bad(400))
        body = await world.post(stream=stream)
        message = read_stream(body) if stream else json.loads(body)
        assert (message["content"], message["stop_reason"]) == ([], "end_turn")
        assert (world.trail.result, world.sent[0]["status"]) == ("", 200)
        assert dict(world.sent[0]["headers"])[b"x-ccr-route"] == b"p0,m"

    run()


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_empty_reply_with_a_reason_is_not_asked_for_again(reason: str) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        world = World(lambda *_: httpx.Response(200, stream=Body(sse([delta(finish=reason), usage(10, 0)]))))
        assert read_stream(await world.post())["content"] == []
        assert len(world.transports[0].seen) == 1

    run()


@trio_test(autojump=True)
async def test_a_whole_reply_that_breaks_off_is_asked_for_again() -> None:
    half = sse([delta(content="Hal")], end=b"")
    world = World(lambda *_: httpx.Response(200, stream=Body(half, breaks=True)), good)
    assert json.loads(await world.post(stream=False))["content"][0]["text"] == "Hello"


@trio_test(autojump=True)
async def test_silence_before_content_leads_to_the_next_provider_while_pings_flow() -> None:
    async def silent() -> Answer:
        await trio.sleep(1000)
        return good()

    world = World(lambda *_: silent(), good)
    world.time_limits = replace(TimeLimits(), first_token=30.0)
    body = await world.post()
    assert body.startswith(b"event: ping")
    assert text(body) == "Hello"


@trio_test(autojump=True)
async def test_when_all_fail_the_client_gets_one_story_and_the_best_status() -> None:
    world = World(lambda *_: bad(401, "bad key"), lambda *_: bad(429, "slow down", retry_after="9"))
    with pytest.raises(UpstreamError) as caught:
        await world.post()
    assert (caught.value.status, caught.value.retry_after, caught.value.should_retry) == (429, 9.0, None)
    assert caught.value.message == "no upstream could answer: [p0/m] 401 bad key; [p1/m] 429 slow down"


@trio_test(autojump=True)
async def test_what_cannot_heal_is_not_to_be_repeated() -> None:
    with pytest.raises(UpstreamError) as caught:
        await World(lambda *_: bad(401, "bad key")).post()
    assert (caught.value.status, caught.value.should_retry, caught.value.message) == (401, False, "[p0/m] bad key")


@trio_test(autojump=True)
async def test_a_failure_after_pings_is_an_error_event() -> None:
    async def late() -> Answer:
        await trio.sleep(8)
        return bad(503, "overloaded")

    world = World(lambda *_: late())
    body = await world.post()
    assert b"event: ping" in body
    assert b"overloaded_error" in body
    assert world.sent[0]["status"] == 200


@trio_test(autojump=True)
async def test_a_burst_never_meets_the_limit_of_40_a_minute() -> None:
    arrivals: list[float] = []

    def tier(key: str, body: dict[str, Any]) -> Answer:
        now = trio.current_time()
        arrivals.append(now)
        return bad(429) if sum(now - 60 < moment for moment in arrivals) > 40 else good()

    world = World(tier, limits=Limits(rpm=40))
    bodies: list[bytes] = []

    async def one() -> None:
        bodies.append(await world.post())

    async with trio.open_nursery() as nursery:
        for _ in range(100):
            nursery.start_soon(one)
    assert [text(body) for body in bodies] == ["Hello"] * 100
    assert len(arrivals) == 100


@trio_test(autojump=True)
async def test_the_pace_of_a_tier_is_learnt_from_its_refusals() -> None:
    arrivals: list[float] = []

    def tier(key: str, body: dict[str, Any]) -> Answer:
        now = trio.current_time()
        if sum(now - 60 < moment for moment in arrivals) >= 20:
            return bad(429, "Too Many Requests")
        arrivals.append(now)
        return good()

    world = World(tier)
    for _ in range(20):
        await world.post()
    with pytest.raises(UpstreamError):
        await world.post()
    for _ in range(60):
        assert text(await world.post()) == "Hello"
    assert len(world.transports[0].seen) == 81


@trio_test(autojump=True)
async def test_the_headers_of_good_answers_are_heeded() -> None:
    def told(key: str, body: dict[str, Any]) -> Answer:
        headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12s"}
        return httpx.Response(200, headers=headers, stream=Body(HELLO))

    world = World(told)
    await world.post()
    await world.post()
    (first, _, _), (second, _, _) = world.transports[0].seen
    assert second - first == pytest.approx(12.0)
    assert world.trail.attempts[0].queued_ms == 12000


@trio_test(autojump=True)
async def test_a_refused_field_is_left_out_at_once_and_from_then_on() -> None:
    def strict(key: str, body: dict[str, Any]) -> Answer:
        return bad(400, "x: Extra inputs are not permitted") if "x" in body else good()

    world = World(strict)
    assert text(await world.post()) == "Hello"
    assert [("x" in body) for _, _, body in world.transports[0].seen] == [True, False]
    assert text(await world.post()) == "Hello"
    assert len(world.transports[0].seen) == 3
    assert world.board.lessons.report()[0]["fix"] == "leave out x"


@trio_test(autojump=True)
async def test_a_lesson_that_does_not_help_is_not_remembered() -> None:
    world = World(lambda *_: bad(400, "x: Extra inputs are not permitted"), good)
    with pytest.raises(UpstreamError) as caught:
        await world.post()
    assert caught.value.status == 400
    assert len(world.transports[0].seen) == 2
    assert world.transports[1].seen == []
    assert world.board.lessons.report() == []


@trio_test(autojump=True)
async def test_other_clients_get_their_repeats() -> None:
    world = World(in_turn(lambda: bad(500), lambda: bad(503), good), repeats=2)
    began = trio.current_time()
    assert text(await world.post()) == "Hello"
    assert trio.current_time() - began == pytest.approx(1.5)


@trio_test(autojump=True)
async def test_a_client_that_leaves_holds_no_key() -> None:
    async def slow() -> Answer:
        await trio.sleep(1000)
        return good()

    world = World(lambda *_: slow(), limits=Limits(concurrency=1))
    with trio.move_on_after(5):
        await world.post()
    assert world.board.pool("p0").meter.running == 0
    assert world.queue.length("p0") == 0


@pytest.mark.parametrize(
    ("error", "status", "should_retry"),
    [
        (BadRequest("can't be said there"), 400, False),
        (ConfigError("no such file"), 500, False),
        (UpstreamTimeout("no token"), 504, None),
    ],
)
def test_a_request_that_cannot_be_made_goes_to_the_next(
    error: Exception, status: int, should_retry: bool | None
) -> None:
    async def fails() -> Make:
        raise error

    @trio_test(autojump=True)
    async def run() -> None:
        world = World(good, good)
        assert text(await world.post(prepares=[fails, world._prepare(world.transports[1], True)])) == "Hello"
        alone = World(good)
        with pytest.raises(UpstreamError) as caught:
            await alone.post(prepares=[fails])
        assert (caught.value.status, caught.value.should_retry) == (status, should_retry)

    run()


@trio_test(autojump=True)
async def test_a_stale_token_is_renewed_once() -> None:
    tokens, refused = ["old", "new"], []

    async def make(key: str) -> Errand:
        transport = world.transports[0]
        return Errand(Call("http://up", b"{}"), transport, reply, token=tokens[0], refused=forget)

    async def prepare() -> Make:
        return make

    def forget(token: str) -> None:
        refused.append(token)
        if len(tokens) > 1:
            tokens.pop(0)

    world = World(by_key(old=lambda: bad(401)), limits=Limits(concurrency=1))
    assert text(await world.post(prepares=[prepare])) == "Hello"
    assert (world.transports[0].keys, refused) == (["old", "new"], ["old"])


def relay(world: World, *, other_auth: Any) -> Prepare:
    """Return what prepares an errand for a relay that speaks the Messages API."""

    async def make(key: str) -> Errand:
        call = Call("http://up", b"{}", auth="x-api-key")
        return Errand(call, world.transports[0], partial(reply, request()), other_auth=other_auth)

    async def prepare() -> Make:
        return make

    return prepare


def taking(world: World, header: str) -> Script:
    return lambda key, body: good() if header in world.transports[0].headers[-1] else bad(401)


@trio_test(autojump=True)
async def test_a_key_goes_in_the_other_header_where_it_is_refused_in_the_first() -> None:
    world = World(lambda key, body: taking(world, "authorization")(key, body))
    for _ in range(2):
        assert text(await world.post(prepares=[relay(world, other_auth="bearer")])) == "Hello"
    assert world.transports[0].headers == [{"x-api-key"}, {"authorization"}, {"authorization"}]
    assert world.board.lessons.report()[0]["fix"] == "send the key as bearer"
    # The relay has changed its mind.
    world.transports[0]._script = taking(world, "x-api-key")
    for _ in range(2):
        assert text(await world.post(prepares=[relay(world, other_auth="bearer")])) == "Hello"
    assert world.transports[0].headers[3:] == [{"authorization"}, {"x-api-key"}, {"x-api-key"}]
    assert world.board.lessons.report()[0]["fix"] == "send the key as x-api-key"


@trio_test(autojump=True)
async def test_what_is_refused_behind_the_other_header_is_what_counts() -> None:
    world = World(lambda *_: bad(400 if "authorization" in world.transports[0].headers[-1] else 401, "no such field"))
    with pytest.raises(UpstreamError) as caught:
        await world.post(prepares=[relay(world, other_auth="bearer")])
    assert caught.value.status == 400
    assert world.board.lessons.way("p0", "auth") == "bearer"


@pytest.mark.parametrize(
    ("other_auth", "headers"),
    [("bearer", [{"x-api-key"}, {"authorization"}]), (None, [{"x-api-key"}])],
    ids=["open", "certain"],
)
def test_a_key_that_is_wrong_stays_wrong(other_auth: Any, headers: list[set[str]]) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        world = World(lambda *_: bad(401))
        with pytest.raises(UpstreamError) as caught:
            await world.post(prepares=[relay(world, other_auth=other_auth)])
        assert caught.value.status == 401
        assert world.transports[0].headers == headers
        assert world.board.lessons.report() == []

    run()


PLACES = ("http://up/x/chat/completions", "http://up/x/v1/chat/completions", "http://up/x")


def gateway(world: World, url: str = PLACES[0]) -> Prepare:
    """Return what prepares an errand for an address that leaves open where its endpoint is."""

    async def make(key: str) -> Errand:
        return Errand(Call(url, b"{}"), world.transports[0], partial(reply, request()), places=PLACES)

    async def prepare() -> Make:
        return make

    return prepare


@trio_test(autojump=True)
async def test_an_address_that_is_a_whole_endpoint_is_found_out() -> None:
    world = World(lambda *_: good() if world.transports[0].urls[-1].startswith("http://up/x?") else bad(404))
    for _ in range(2):
        assert text(await world.post(prepares=[gateway(world, f"{PLACES[0]}?a=1")])) == "Hello"
    assert world.transports[0].urls == [f"{place}?a=1" for place in (*PLACES, PLACES[2])]
    assert world.board.lessons.report()[0]["fix"] == "send requests to http://up/x"


@pytest.mark.parametrize("status", [404, 405, 400])
@pytest.mark.parametrize("url", [PLACES[0], "http://transformers/own"])
def test_what_is_nowhere_is_told_as_the_likeliest_place_says(status: int, url: str) -> None:
    @trio_test(autojump=True)
    async def run() -> None:
        world = World(lambda *_: bad(status, world.transports[0].urls[-1]))
        with pytest.raises(UpstreamError, match=url) as caught:
            await world.post(prepares=[gateway(world, url)])
        assert caught.value.status == status
        assert world.transports[0].urls == list(PLACES if url == PLACES[0] and status != 400 else [url])
        assert world.board.lessons.report() == []

    run()
