"""The list of models that Claude Code's picker shows."""

from tests.aio import trio_test
from tests.chat import DONE, delta, request, sse
from tests.legal import read_stream
from tests.live import live, streaming


@trio_test()
async def test_every_model_is_listed_under_an_id_that_routes_back() -> None:
    answer = sse([delta(content="Hello"), delta(finish="stop")])
    async with live(streaming(answer)) as router:
        listed = (await router.http.get(f"{router.url}/v1/models?limit=1000")).json()
        name = listed["data"][0]["id"]
        message = read_stream((await router.post(request(model=name))).content)
    assert name.startswith("claude")
    assert listed["data"][0]["display_name"] == "up,m"
    assert (listed["first_id"], listed["last_id"], listed["has_more"]) == (name, name, False)
    assert message["stop_reason"] == "end_turn"


@trio_test()
async def test_without_providers_the_list_is_empty() -> None:
    async with live(streaming(DONE), make=lambda upstream: {"Providers": []}) as router:
        assert (await router.http.get(f"{router.url}/v1/models")).json()["data"] == []
