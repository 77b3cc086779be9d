"""Counting tokens over HTTP."""

from typing import Any

import pytest

from tests.aio import trio_test
from tests.chat import DONE, request
from tests.live import Live, live, streaming


async def count(router: Live, body: dict[str, Any]) -> Any:
    return await router.http.post(f"{router.url}/v1/messages/count_tokens?beta=true", json=body)


@trio_test(limit=30)
async def test_more_text_has_more_tokens() -> None:
    async with live(streaming(DONE)) as router:
        short = (await count(router, request())).json()["input_tokens"]
        long = (await count(router, request(system="You are helpful. " * 50))).json()["input_tokens"]
    assert 0 < short < long
    assert router.seen == []


@pytest.mark.parametrize("body", [{}, {"messages": "x"}, {"messages": []}], ids=["empty", "text", "none"])
def test_a_body_without_messages_is_refused(body: dict[str, Any]) -> None:
    @trio_test()
    async def run() -> None:
        async with live(streaming(DONE)) as router:
            answer = await count(router, body)
        assert answer.status_code == 400
        assert "messages" in answer.json()["error"]["message"]

    run()


@trio_test()
async def test_a_model_is_not_needed() -> None:
    async with live(streaming(DONE)) as router:
        answer = await count(router, {"messages": [{"role": "user", "content": "hello"}]})
    assert answer.json()["input_tokens"] > 0
