"""Models that can't see get their images in words, each described once."""

import json
from typing import Any

import pytest

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import Seen, Wire, config, live, streaming

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
OTHER = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGg8="}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": [IMAGE]}
CALL = {"type": "tool_use", "id": "t1", "name": "Read", "input": {}}
OK = sse([delta(content="hi"), delta(finish="stop"), usage(10, 5)])


def make(upstream: str, *, force: bool = True, blind: bool = True, **changes: Any) -> dict[str, Any]:
    provider = {"models": ["m", "eye"], "model_settings": {"m": {"images": not blind}, "eye": {"images": True}}}
    router = {"default": "up,m", "image": "up,eye"}
    return config(upstream, provider=provider, Router=router, forceUseImageAgent=force, **changes)


async def script(seen: Seen, wire: Wire) -> None:
    if seen.body["model"] == "eye":
        await wire.answer(200, {"choices": [{"message": {"content": "A red square."}, "finish_reason": "stop"}]})
    else:
        await streaming(OK)(seen, wire)


async def failing(seen: Seen, wire: Wire) -> None:
    if seen.body["model"] == "eye":
        await wire.answer(400, {"error": {"message": "no"}})
    else:
        await streaming(OK)(seen, wire)


def asking(*content: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [*content, {"type": "text", "text": "what is it?"}]}]


@pytest.mark.parametrize("stream", [True, False])
def test_blind_model_gets_words(stream: bool) -> None:
    @trio_test()
    async def run() -> None:
        async def both(seen: Seen, wire: Wire) -> None:
            if seen.body.get("stream") or seen.body["model"] == "eye":
                await script(seen, wire)
            else:
                await wire.answer(200, {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]})

        async with live(both, make=make) as router:
            answer = await router.post(request(messages=asking(IMAGE), stream=stream))
        assert answer.status_code == 200
        eye, model = router.seen
        assert "image_url" in json.dumps(eye.body)
        assert "what is it?" in json.dumps(eye.body)
        assert "A red square." in json.dumps(model.body)
        assert "iVBOR" not in json.dumps(model.body)

    run()


@trio_test()
async def test_image_is_described_once_also_in_a_tool_result() -> None:
    async with live(script, make=make) as router:
        await router.post(request(messages=asking(IMAGE)))
        later = [*asking(IMAGE), {"role": "assistant", "content": [CALL]}, {"role": "user", "content": [RESULT, OTHER]}]
        await router.post(request(messages=later))
    assert [seen.body["model"] for seen in router.seen] == ["eye", "m", "eye", "m"]
    assert json.dumps(router.seen[-1].body).count("A red square.") == 3


@trio_test()
async def test_failed_description_leaves_a_placeholder() -> None:
    async with live(failing, make=make) as router:
        answer = await router.post(request(messages=asking(IMAGE)))
    assert answer.status_code == 200
    assert "could not be described" in json.dumps(router.seen[-1].body)


@trio_test()
async def test_seeing_model_gets_the_image() -> None:
    async with live(script, make=lambda upstream: make(upstream, blind=False)) as router:
        await router.post(request(messages=asking(IMAGE)))
    assert [seen.body["model"] for seen in router.seen] == ["m"]
    assert "iVBOR" in json.dumps(router.seen[0].body)


@trio_test()
async def test_without_force_the_turn_goes_to_the_seeing_model_and_history_is_worded() -> None:
    async with live(script, make=lambda upstream: make(upstream, force=False)) as router:
        await router.post(request(messages=asking(IMAGE)))
        history = [*asking(IMAGE), {"role": "assistant", "content": "red"}, {"role": "user", "content": "thanks"}]
        await router.post(request(messages=history))
    first, *rest = router.seen
    assert "iVBOR" in json.dumps(first.body)
    assert [seen.body["model"] for seen in rest] == ["eye", "m"]
    assert "A red square." in json.dumps(rest[-1].body)
