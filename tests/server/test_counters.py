"""Tokenizers of models: fetched and read beside the requests, never in their way."""

import json
from pathlib import Path
from typing import Any

import pytest
import trio

from ccr.server.counters import FILE, FOLDER
from tests.aio import trio_test
from tests.chat import request
from tests.live import Live, Script, Seen, Wire, config, live

LETTERS = {letter: index for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz ")}
OWN = json.dumps({"model": {"type": "BPE", "vocab": LETTERS, "merges": []}}).encode()
"""Every letter is a token."""
ASKED = request(messages=[{"role": "user", "content": "the quick brown fox jumps over the lazy dog " * 20}])
USUAL_AT_MOST = 300
OWN_AT_LEAST = 800


def serving(status: int = 200, body: bytes = OWN, wait: float = 0.0) -> Script:
    async def script(seen: Seen, wire: Wire) -> None:
        await trio.sleep(wait)
        await wire.answer(status, body)

    return script


def make(**choice: Any) -> Any:
    def made(upstream: str) -> dict[str, Any]:
        filled = {k: v.replace("UPSTREAM", upstream) if isinstance(v, str) else v for k, v in choice.items()}
        return config(upstream, provider={"tokenizer": {"default": filled}})

    return made


async def counted(router: Live) -> int:
    answer = await router.http.post(f"{router.url}/v1/messages/count_tokens", json=ASKED)
    tokens: int = answer.json()["input_tokens"]
    return tokens


async def until_own(router: Live) -> None:
    """Wait until the model's own tokenizer counts."""
    with trio.fail_after(10):
        while await counted(router) < OWN_AT_LEAST:  # noqa: ASYNC110 - the server has no event for it
            await trio.sleep(0.02)


def test_file_is_read_from_a_path(tmp_path: Path) -> None:
    (tmp_path / ".claude-code-router").mkdir()
    (tmp_path / ".claude-code-router" / "own.json").write_bytes(OWN)

    @trio_test()
    async def run() -> None:
        env = {"HOME": str(tmp_path)}
        async with live(serving(), make=make(type="huggingface", path="own.json"), env=env) as router:
            assert await counted(router) < USUAL_AT_MOST
            await until_own(router)
        assert router.seen == []

    run()


def test_file_is_fetched_once_and_kept(tmp_path: Path) -> None:
    @trio_test()
    async def run() -> None:
        env = {"HOME": str(tmp_path)}
        choice = {"type": "huggingface", "url": "UPSTREAM/some/model.json", "apiKey": "hf-key"}
        async with live(serving(), make=make(**choice), env=env) as router:
            await until_own(router)
            await until_own(router)
        assert [seen.path for seen in router.seen] == ["/some/model.json"]
        assert router.seen[0].headers["authorization"] == "Bearer hf-key"
        kept = list((tmp_path / ".claude-code-router" / FOLDER).rglob(FILE))
        assert [path.read_bytes() for path in kept] == [OWN]

    run()


def test_what_the_original_has_fetched_is_used(tmp_path: Path) -> None:
    folder = tmp_path / ".claude-code-router" / FOLDER / "Qwen_Qwen3-Coder"
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(OWN)

    @trio_test()
    async def run() -> None:
        choice = {"type": "huggingface", "model": "Qwen/Qwen3-Coder"}
        async with live(serving(), make=make(**choice), env={"HOME": str(tmp_path)}) as router:
            await until_own(router)

    run()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (serving(404, b"{}"), "answered 404"),
        (serving(200, b"<html>"), "it is not JSON"),
        (serving(200, b'{"model": 1}'), "no tokenizer.json"),
    ],
)
def test_file_that_can_not_be_used_is_told_once(
    tmp_path: Path, script: Script, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    @trio_test()
    async def run() -> None:
        choice = {"type": "huggingface", "url": "UPSTREAM/t.json"}
        async with live(script, make=make(**choice), env={"HOME": str(tmp_path)}) as router:
            for _ in range(3):
                assert 0 < await counted(router) < USUAL_AT_MOST
                await trio.sleep(0.1)
        assert len(router.seen) == 1

    run()
    told = capsys.readouterr().err
    assert told.count("can't be used, so cl100k_base counts") == 1
    assert words in told
    assert not (tmp_path / ".claude-code-router" / FOLDER).exists()


def test_slow_file_holds_nobody_up(tmp_path: Path) -> None:
    @trio_test()
    async def run() -> None:
        choice = {"type": "huggingface", "url": "UPSTREAM/t.json"}
        async with live(serving(wait=30), make=make(**choice), env={"HOME": str(tmp_path)}) as router:
            with trio.fail_after(5):
                assert 0 < await counted(router) < USUAL_AT_MOST

    run()


def test_own_tokens_are_weighed_against_the_threshold(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_bytes(OWN)

    def made(upstream: str) -> dict[str, Any]:
        found = make(type="huggingface", path=str(tmp_path / "own.json"))(upstream)
        return {**found, "Router": {"default": "up,m", "longContext": "up,long", "longContextThreshold": OWN_AT_LEAST}}

    @trio_test()
    async def run() -> None:
        async with live(serving(400, b"{}"), make=made, env={"HOME": str(tmp_path)}) as router:
            await router.post(ASKED)
            await until_own(router)
            await router.post(ASKED)
        assert [seen.body["model"] for seen in router.seen] == ["m", "long"]

    run()


@trio_test()
async def test_unknown_encoding_leaves_the_usual_one() -> None:
    async with live(serving(), make=make(type="tiktoken", encoding="p50k")) as router:
        assert 0 < await counted(router) < USUAL_AT_MOST
