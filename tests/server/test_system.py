"""The user's own system prompt."""

from functools import partial
from pathlib import Path

import pytest

from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import config, live, streaming

OK = sse([delta(content="hi"), delta(finish="stop"), usage(10, 5)])
SYSTEM = [{"type": "text", "text": "You are."}, {"type": "text", "text": "old words <env>here</env>"}]


@trio_test()
async def test_file_replaces_the_prompt(tmp_path: Path) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text("new words ")
    async with live(streaming(OK), make=partial(config, REWRITE_SYSTEM_PROMPT=str(path))) as router:
        await router.post(request(system=SYSTEM))
    sent = str(router.seen[0].body["messages"])
    assert "new words <env>here</env>" in sent
    assert "old words" not in sent


@trio_test()
async def test_missing_file_is_told_once_and_harms_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "missing.txt"
    async with live(streaming(OK), make=partial(config, REWRITE_SYSTEM_PROMPT=str(path))) as router:
        for _ in range(2):
            answer = await router.post(request(system=SYSTEM))
            assert answer.status_code == 200
    assert "old words" in str(router.seen[0].body["messages"])
    assert capfd.readouterr().err.count("missing.txt") == 1
