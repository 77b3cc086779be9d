"""Who answers instead when a route's own model fails, what the client hears of it, and when trying ends."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.legal import read_stream
from tests.live import Live, Script, Seen, Wire, config, live

SELF_REPEATING = {"user-agent": "claude-cli/2.1.197 (external, cli)"}


def answering(**fates: int) -> Script:
    """Return an upstream whose models fail with these statuses; all others answer with their name."""

    async def script(seen: Seen, wire: Wire) -> None:
        model = seen.body["model"]
        if status := fates.get(model):
            await wire.answer(status, {"error": {"message": f"{model} is out of order"}})
            return
        await wire.begin()
        await wire.send(sse([delta(content=model), delta(finish="stop")]))
        await wire.end()

    return script


def routed(**changes: Any) -> Callable[[str], dict[str, Any]]:
    own = {"models": ["m", "n", "o", "t"], **changes.pop("provider", {})}
    return lambda url: config(url, provider=own, **changes)


async def text_of(router: Live, **changes: Any) -> tuple[str, str | None, str | None]:
    """Return the answer, and whom the headers name: who answered, and instead of whom."""
    answer = await router.post(request(**changes), headers=SELF_REPEATING)
    assert answer.status_code == 200, answer.text
    whole = read_stream(answer.content) if changes.get("stream", True) else answer.json()
    return whole["content"][0]["text"], answer.headers["x-ccr-route"], answer.headers.get("x-ccr-instead-of")


THINKING: dict[str, Any] = {"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 4000}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize(
    ("settings", "asked", "expected"),
    [
        ({"fallback": {"default": ["up,n"]}}, {}, ("n", "up,n", "up,m")),
        ({"fallback": {"default": ["up,t", "up,n"]}}, {}, ("n", "up,n", "up,m")),
        ({"fallback": {"default": ["no,x", "up,n"]}}, {}, ("n", "up,n", "up,m")),
        ({"fallback": {"default": ["up,o"], "think": ["up,n"]}}, THINKING, ("n", "up,n", "up,t")),
        ({"fallback": {"default": ["up,n"]}}, {"model": "up,t"}, ("n", "up,n", "up,t")),
        ({"Router": {"default": ["up,m", "up,n"]}, "fallback": {"default": ["up,o"]}}, {}, ("n", "up,n", "up,m")),
        ({"Router": {"default": {"model": "up,m", "fallback": ["up,n"]}}}, {}, ("n", "up,n", "up,m")),
        (
            {"Router": {"default": "up,o", "opus": ["up,m", "up,n"]}},
            {"model": "claude-opus-4-1"},
            ("n", "up,n", "up,m"),
        ),
        ({"Router": {"default": "up,n"}}, {}, ("n", "up,n", None)),
    ],
    ids=["scenario", "two", "unknown", "think", "explicit", "list", "object", "tier", "none needed"],
)
def test_the_next_model_answers_and_is_named(
    settings: dict[str, Any], asked: dict[str, Any], expected: tuple[str, str, str | None], stream: bool
) -> None:
    @trio_test()
    async def run() -> None:
        given = {"Router": {"default": "up,m", "think": "up,t"}, **settings}
        async with live(answering(m=503, t=500), make=routed(**given)) as router:
            assert await text_of(router, **asked, stream=stream) == expected

    run()


LONG = "This model's maximum context length is 30000 tokens. However, your messages resulted in 50000 tokens."


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("asked", ["claude-opus-4-8", "up,m"], ids=["by a rule", "by name"])
@pytest.mark.parametrize("windows", [{}, {"t": {"context_window": 400_000}}], ids=["unknown", "known"])
def test_a_prompt_that_proves_too_long_goes_to_the_long_context_route(
    stream: bool, asked: str, windows: dict[str, Any]
) -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        if seen.body["model"] == "m":
            error = {"message": LONG, "code": "context_length_exceeded"}
            await wire.answer(400, {"error": error})
        else:
            await answering()(seen, wire)

    @trio_test()
    async def run() -> None:
        routes = {"default": "up,m", "longContext": "up,t", "longContextThreshold": 500_000}
        make = routed(Router=routes, provider={"model_settings": windows})
        async with live(script, make=make) as router:
            assert await text_of(router, model=asked, stream=stream) == ("t", "up,t", "up,m")

    run()


@trio_test()
async def test_the_long_context_route_is_no_fallback_for_other_failures() -> None:
    async with live(answering(m=500), make=routed(Router={"default": "up,m", "longContext": "up,t"})) as router:
        answer = await router.post(request(), headers=SELF_REPEATING)
        assert answer.status_code == 500
        assert {seen.body["model"] for seen in router.seen} == {"m"}


@trio_test()
async def test_a_model_that_is_tried_after_all_is_named_for_itself() -> None:
    # The circuit of the first is open, so it is only tried once the other has failed too.
    fates = {"m": 500, "n": 0}

    async def script(seen: Seen, wire: Wire) -> None:
        await answering(**fates)(seen, wire)

    async with live(script, make=routed(fallback={"default": ["up,n"]})) as router:
        for _ in range(5):
            assert (await text_of(router))[0] == "n"
        fates |= {"m": 0, "n": 500}
        assert await text_of(router) == ("m", "up,m", None)


@trio_test()
async def test_when_nobody_answers_every_try_is_told_in_the_words_of_what_heals_soonest() -> None:
    async with live(answering(m=503, n=401), make=routed(fallback={"default": ["up,n"]})) as router:
        answer = await router.post(request(), headers=SELF_REPEATING)
    words = answer.json()["error"]["message"]
    assert answer.status_code == 503
    assert "[up/m] 503 m is out of order" in words
    assert "[up/n] 401 n is out of order" in words


@pytest.mark.parametrize(
    ("headers", "settings", "tries"),
    [
        (SELF_REPEATING, {}, 1),
        ({"user-agent": "curl/8"}, {}, 3),
        ({"user-agent": "curl/8"}, {"max_retries": 2}, 2),
        ({"user-agent": "curl/8"}, {"retry_on_failure": False}, 1),
        (SELF_REPEATING, {"retry_for_everyone": True, "max_retries": 4}, 4),
        ({"user-agent": "curl/8"}, {"retry_seconds": 0.001}, 1),
    ],
    ids=["Claude Code", "others", "fewer", "never", "everyone", "no time"],
)
def test_a_servers_failure_is_repeated_as_often_as_configured(
    headers: dict[str, str], settings: dict[str, Any], tries: int
) -> None:
    @trio_test(limit=20)
    async def run() -> None:
        async with live(answering(m=500), make=routed(provider=settings)) as router:
            # The longest pauses, so that the deadline decides and not chance.
            router.state.board.random = lambda: 0.2
            answer = await router.post(request(), headers=headers)
        assert answer.status_code == 500
        assert len(router.seen) == tries

    run()


@trio_test()
async def test_a_repeat_after_a_failure_saves_the_request() -> None:
    count = 0

    async def script(seen: Seen, wire: Wire) -> None:
        nonlocal count
        count += 1
        await answering(m=500 if count % 3 else 0)(seen, wire)

    async with live(script) as router:
        router.state.board.random = lambda: 0.01
        for _ in range(3):
            answer = await router.post(request())
            assert read_stream(answer.content)["content"][0]["text"] == "m"


@pytest.mark.parametrize(
    "changes",
    [
        {"API_TIMEOUT_MS": 400},
        {"provider": {"timeouts": {"first_token": 0.4}}},
        {"provider": {"timeouts": {"first_token": 9}, "model_settings": {"m": {"timeouts": {"first_token": 0.4}}}}},
    ],
    ids=["API_TIMEOUT_MS", "provider", "model"],
)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_mute_upstream_is_given_up_in_time_for_another(changes: dict[str, Any], stream: bool) -> None:
    @trio_test(limit=8)
    async def run() -> None:
        async def script(seen: Seen, wire: Wire) -> None:
            await (wire.closed() if seen.body["model"] == "m" else answering()(seen, wire))

        async with live(script, make=routed(fallback={"default": ["up,n"]}, **changes)) as router:
            began = trio.current_time()
            assert (await text_of(router, stream=stream))[1] == "up,n"
            assert trio.current_time() - began < 2

    run()


@trio_test()
async def test_a_name_with_a_line_end_cannot_write_headers() -> None:
    async with live(answering()) as router:
        answer = await router.post(request(model="up,m\r\nx-evil: 1"))
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers
