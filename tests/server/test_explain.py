"""What the router says of a request, before or after it was answered."""

from typing import Any

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import config, live, streaming

OK = sse([delta(content="hi"), delta(finish="stop"), usage(10, 5)])


def make(upstream: str) -> dict[str, Any]:
    provider = {"models": ["m", "n"], "api_key": "sk-very-secret-0001", "model_settings": {"m": {"max_output": 50}}}
    return config(upstream, provider=provider)


@trio_test()
async def test_a_given_request_is_explained_and_not_sent() -> None:
    async with live(streaming(OK), make=make) as router:
        answer = await router.http.post(f"{router.url}/api/explain?model=up,n", json=request(system="Be short."))
        found = answer.json()
    assert router.seen == []
    assert "very-secret" not in answer.text
    assert (found["route"]["provider"], found["route"]["model"], found["route"]["scenario"]) == ("up", "m", "default")
    assert ["explicit", "'claude-x' is one of Claude Code's own names"] in found["route"]["rejected"]
    assert found["tokens"]["by_tool"].keys() == {"Bash"}
    assert found["tokens"]["system"] > 0
    chosen, other = found["calls"]
    assert chosen["headers"]["authorization"] == "[hidden]"
    assert "max_tokens 100 becomes 50" in chosen["changes"]
    assert (other["target"], other["body"]["model"]) == ("up,n", "n")


@trio_test()
async def test_the_last_request_is_remembered() -> None:
    async with live(streaming(OK), make=make) as router:
        missing = await router.http.get(f"{router.url}/api/explain")
        answer = await router.post(request())
        name = answer.headers["request-id"]
        by_id = (await router.http.get(f"{router.url}/api/explain?id={name}")).json()
        last = (await router.http.get(f"{router.url}/api/explain")).json()
    assert missing.status_code == 404
    assert by_id == last
    assert last["calls"][0]["body"]["model"] == "m"


@trio_test()
async def test_each_transformer_says_what_it_did() -> None:
    def chained(upstream: str) -> dict[str, Any]:
        use = [["maxtoken", {"max_tokens": 40}], "cleancache"]
        return config(upstream, provider={"transformer": {"use": use}})

    async with live(streaming(OK), make=chained) as router:
        found = (await router.http.post(f"{router.url}/api/explain", json=request())).json()
    first, second = found["calls"][0]["transformers"]
    assert (first["name"], first["fields"]["max_tokens"]) == ("maxtoken", {"before": 100, "after": 40})
    assert second["name"] == "cleancache"
