"""Models that can't read PDF get the text that is in it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ccr.server import document
from tests.aio import trio_test
from tests.chat import delta, request, sse
from tests.live import config, live, streaming
from tests.pdf import pdf

SOURCE = {"type": "base64", "media_type": "application/pdf", "data": pdf("The secret word is plum")}
FILE = {"type": "document", "source": SOURCE, "title": "plum.pdf"}
CALL = {"type": "tool_use", "id": "t1", "name": "Read", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": [FILE]}
OK = sse([delta(content="hi"), delta(finish="stop")])


Make = Callable[[str], dict[str, Any]]


def having(**provider: Any) -> Make:
    return lambda upstream: config(upstream, provider=provider)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": [FILE, {"type": "text", "text": "what is it?"}]}],
        [{"role": "assistant", "content": [CALL]}, {"role": "user", "content": [RESULT]}],
    ],
    ids=["beside the text", "in a tool result"],
)
@trio_test()
async def test_text_of_the_file_is_sent(messages: list[Any]) -> None:
    async with live(streaming(OK)) as router:
        answer = await router.post(request(messages=messages))
    assert answer.status_code == 200
    sent = json.dumps(router.seen[0].body)
    assert "plum.pdf" in sent
    assert "The secret word is plum" in sent
    assert "JVBER" not in sent


@trio_test()
async def test_model_that_takes_files_gets_them() -> None:
    async with live(streaming(OK), make=having(model_settings={"m": {"documents": True}})) as router:
        await router.post(request(messages=[{"role": "user", "content": [FILE]}]))
    part = router.seen[0].body["messages"][-1]["content"][0]
    assert part["file"]["file_data"].endswith(SOURCE["data"])


@trio_test()
async def test_user_knows_better_than_the_wire_format() -> None:
    settings = {"model_settings": {"m": {"documents": False}}, "transformer": {"use": ["gemini"]}}
    async with live(streaming(OK), make=having(**settings)) as router:
        await router.post(request(messages=[{"role": "user", "content": [FILE]}]))
    assert "The secret word is plum" in json.dumps(router.seen[0].body)


@trio_test()
async def test_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def extract(data: str) -> str:
        reads.append(data)
        return "words"

    monkeypatch.setattr(document, "extract", extract)
    async with live(streaming(OK)) as router:
        for _ in range(2):
            await router.post(request(messages=[{"role": "user", "content": [FILE]}]))
    assert len(reads) == 1
