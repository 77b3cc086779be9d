from typing import Any

from tests.aio import trio_test
from tests.live import Seen, Wire, config, live

KEYS = ["sk-bad-00123456789abcdef", "sk-good-0123456789fedcba"]
REQUEST = {"model": "claude-x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}


def rotating(upstream: str) -> dict[str, Any]:
    return config(upstream, provider={"api_key": None, "api_keys": KEYS})


async def answer(seen: Seen, wire: Wire) -> None:
    """Know the second key only."""
    if seen.headers["authorization"] != f"Bearer {KEYS[1]}":
        await wire.answer(401, {"error": {"message": "Incorrect API key provided"}})
        return
    message = {"role": "assistant", "content": "hi"}
    await wire.answer(200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {}})


@trio_test()
async def test_each_key_is_told_masked_with_what_has_become_of_it() -> None:
    async with live(answer, make=rotating) as router:
        assert (await router.post(REQUEST)).status_code == 200
        told = await router.http.get(f"{router.url}/api/rotation")
    report = told.json()["providers"][0]
    assert (report["provider"], report["total"], report["available"]) == ("up", 2, 1)
    assert [key["state"] for key in report["keys"]] == ["disabled", "active"]
    assert not any(key in told.text for key in KEYS)


@trio_test()
async def test_what_was_learnt_from_a_refusal_is_told() -> None:
    async def strict(seen: Seen, wire: Wire) -> None:
        if "tool_choice" in seen.body:
            await wire.answer(400, {"error": {"message": "this model does not support tool_choice"}})
        else:
            await answer(Seen("", "", {"authorization": f"Bearer {KEYS[1]}"}, {}, b""), wire)

    forced = {"tools": [{"name": "t", "input_schema": {"type": "object"}}], "tool_choice": {"type": "any"}}
    async with live(strict) as router:
        for _ in range(2):
            assert (await router.post({**REQUEST, **forced})).status_code == 200
        told = (await router.http.get(f"{router.url}/api/rotation")).json()
    assert len(router.seen) == 3
    (lesson,) = told["providers"][0]["lessons"]
    assert (lesson["provider"], lesson["model"], lesson["fix"]) == ("up", "m", "leave out tool_choice")
    assert told["providers"][0]["queued"] == 0
