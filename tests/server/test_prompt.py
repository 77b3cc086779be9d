"""The prompt's size on its way: the client's estimate, the room in the window, and what is learnt from replies."""

from typing import Any

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import Script, Seen, Wire, config, live, streaming

OK = sse([delta(content="hi"), delta(finish="stop"), usage(10, 5)])


def with_settings(**settings: Any) -> Any:
    return lambda upstream: config(upstream, provider={"model_settings": {"m": settings}})


def telling(ratio: float) -> Script:
    """Answer with a usage of `ratio` tokens for every four bytes."""

    async def script(seen: Seen, wire: Wire) -> None:
        told = usage(int(len(seen.raw) / 4 * ratio), 5)
        await streaming(sse([delta(content="hi"), delta(finish="stop"), told]))(seen, wire)

    return script


def words(count: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": " ".join(f"word{n}" for n in range(count))}]


@trio_test()
async def test_limit_of_the_reply_leaves_room_for_the_prompt() -> None:
    async with live(streaming(OK), make=with_settings(context_window=8000)) as router:
        await router.post(request(max_tokens=6000, messages=words(1500)))
        await router.post(request(max_tokens=6000, messages=words(10)))
    long, short = (seen.body["max_tokens"] for seen in router.seen)
    assert 4000 < long < 6000
    assert short == 6000


@trio_test()
async def test_limit_of_the_reply_is_the_models() -> None:
    async with live(streaming(OK), make=with_settings(max_output=500)) as router:
        await router.post(request(max_tokens=6000))
    assert router.seen[0].body["max_tokens"] == 500


@trio_test()
async def test_counts_follow_what_the_provider_reports() -> None:
    async with live(telling(1.5)) as router:
        body = request(messages=words(3000))
        before = (await router.http.post(f"{router.url}/v1/messages/count_tokens", json=body)).json()
        await router.post(body)
        await router.settled()
        after = (await router.http.post(f"{router.url}/v1/messages/count_tokens", json=body)).json()
    reported = len(router.seen[0].raw) / 4 * 1.5
    assert abs(after["input_tokens"] - reported) < reported * 0.02
    assert before["input_tokens"] < after["input_tokens"] * 0.9


@trio_test()
async def test_list_tells_the_limits() -> None:
    async with live(streaming(OK), make=with_settings(context_window=8000, max_output=500)) as router:
        found = (await router.http.get(f"{router.url}/v1/models")).json()["data"][0]
    assert (found["max_input_tokens"], found["max_tokens"]) == (8000, 500)


@trio_test()
async def test_nothing_is_counted_where_no_count_is_needed() -> None:
    async with live(telling(1.5)) as router:
        await router.post(request(messages=words(3000)))
        assert not router.state.counter.ready
        assert router.state.calibration.tried("up", "m") == 0


@trio_test()
async def test_what_is_counted_anyway_is_learnt_from() -> None:
    async with live(telling(1.5)) as router:
        await router.post(request(messages=words(3000)))
        await router.http.post(f"{router.url}/v1/messages/count_tokens", json=request())
        for _ in range(5):
            await router.post(request(messages=words(3000)))
            await router.settled()
        assert router.state.calibration.tried("up", "m") == 3
