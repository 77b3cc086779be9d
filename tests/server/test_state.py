"""What the server remembers."""

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import live, streaming

HELLO = sse([delta(content="Hello"), delta(finish="stop"), usage(10, 5)])


@trio_test()
async def test_every_request_leaves_a_record() -> None:
    async with live(streaming(HELLO)) as router:
        await router.post(request())
        await router.http.post(f"{router.url}/v1/messages", content=b"{")
        await router.settled()
        good, bad = sorted(router.state.recent, key=lambda trail: trail.status)
        served = router.state.served
    assert (good.status, good.result, good.provider, good.asked) == (200, "ok", "up", "claude-x")
    assert good.ms >= good.ttft_ms > 0
    assert (bad.status, bad.result) == (400, "error")
    assert "JSON" in bad.error
    assert served == 2


@trio_test()
async def test_a_secret_in_an_upstreams_words_is_masked_everywhere() -> None:
    secret = "sk-very-secret-0123456789abcdef"
    script = streaming(b'data: {"error":{"message":"bad key ' + secret.encode() + b'","code":401}}\n\n')

    def make(upstream: str) -> dict[str, object]:
        provider = {"name": "up", "api_base_url": f"{upstream}/v1", "api_key": secret, "models": ["m"]}
        return {"Providers": [provider], "Router": {"default": "up,m"}, "LOG": False}

    async with live(script, make=make) as router:
        answer = await router.post(request())
        await router.settled()
        record = router.state.recent[-1].record()
    assert answer.status_code == 401
    assert secret not in answer.text
    assert secret not in str(record)


@trio_test()
async def test_a_changed_configuration_serves_the_next_request() -> None:
    from ccr.config.parse import parse
    from ccr.core.jsonio import dump_text
    from tests.live import config

    async with live(streaming(HELLO)) as router:
        upstream = router.state.snapshot.config.providers[0].url.removesuffix("/v1/chat/completions")
        changed = config(upstream, provider={"models": ["m", "n"]}, Router={"default": "up,n"})
        router.state.swap(parse(dump_text(changed), {}), router.state.plugins)
        await router.post(request())
    assert router.seen[-1].body["model"] == "n"
