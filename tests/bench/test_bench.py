"""A guard against gross regressions: how much Python runs for a chunk, a message, a request, and what they leave.

Counted, not timed, so that a busy machine changes nothing. The limits are about twice what it takes; `python -m
tests.bench` measures in earnest.
"""

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import ccr
from ccr.anthropic.request import Inbound, read_body
from ccr.config.parse import parse
from ccr.core.known import History
from ccr.core.recall import Recall
from ccr.plan import build
from ccr.reply import Reply
from ccr.snapshot import Snapshot
from tests.aio import trio_test
from tests.bench.body import body
from tests.chat import delta, reply, sse, usage
from tests.live import live, streaming

OURS = (str(Path(ccr.__file__).parent), "hypercorn")
CHUNKS = 1000


class Count:
    """Calls of Python functions so far."""

    def __init__(self, where: Callable[[str], bool]) -> None:
        self.calls = 0
        self._where = where

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take what the interpreter tells."""
        if event == "call" and self._where(frame.f_code.co_filename):
            self.calls += 1


@contextmanager
def counted(where: Callable[[str], bool] = lambda name: True) -> Iterator[Count]:
    """Count the calls of Python functions in the block, of those whose file is wanted."""
    count = Count(where)
    before = sys.getprofile()
    sys.setprofile(count.note)
    try:
        yield count
    finally:
        sys.setprofile(before)


def stream(*, like: bool) -> list[bytes]:
    """Return the reads of a stream, a chunk each; `like` if the chunks differ in nothing but their text."""
    chunks = [{**delta(content=f" word{n}"), "created": 0 if like else n} for n in range(CHUNKS)]
    return [sse([chunk], end=b"") for chunk in chunks]


@pytest.mark.parametrize(("like", "limit"), [pytest.param(True, 40, id="alike"), pytest.param(False, 100, id="varied")])
def test_a_chunk_that_comes_alone_takes_few_calls(like: bool, limit: int) -> None:
    reads, read = stream(like=like), reply()
    read.feed(reads[0])
    with counted() as count:
        for data in reads[1:]:
            assert read.feed(data)
    assert count.calls / CHUNKS < limit


@pytest.mark.parametrize(("like", "limit"), [pytest.param(True, 20, id="alike"), pytest.param(False, 80, id="varied")])
def test_a_chunk_that_comes_with_others_takes_fewer(like: bool, limit: int) -> None:
    data, read = b"".join(stream(like=like)), reply()
    with counted() as count:
        assert read.feed(data)
    assert count.calls / CHUNKS < limit


def test_a_stream_is_not_kept_in_memory() -> None:
    read, data = reply(), b"".join(stream(like=True))
    assert held_by(read, data, times=20) < len(data)


def held_by(read: Reply, data: bytes, *, times: int) -> int:
    """Return the bytes that reading the same data again and again leaves behind."""
    read.feed(data)
    tracemalloc.start()
    try:
        for _ in range(times):
            read.feed(data)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("known", "limit"), [pytest.param(False, 70, id="new"), pytest.param(True, 14, id="known")])
def test_a_message_of_a_long_conversation_takes_few_calls(known: bool, limit: int) -> None:
    short, long = planned(turns=20, known=known), planned(turns=120, known=known)
    assert (long - short) / 200 < limit


def planned(*, turns: int, known: bool) -> int:
    """Return the calls that translating a request takes, or one whose messages came before."""
    raw = body("m", turns=turns, tools=10, system=500)
    inbound = Inbound(body=read_body(raw, History() if known else None), raw=raw, headers={})
    provider = {"name": "up", "api_base_url": "http://127.0.0.1/v1/chat/completions", "api_key": "x", "models": ["m"]}
    loaded = parse(json.dumps({"Providers": [provider]}), {})
    upstream = Snapshot(loaded.require(), loaded.hash).upstream("up", "m")
    build(inbound, inbound.body, upstream, recall=Recall())
    with counted() as count:
        build(inbound, inbound.body, upstream, recall=Recall())
    return count.calls


@trio_test(limit=60)
async def test_a_request_takes_few_calls_and_leaves_little_behind() -> None:
    answer = sse([delta(content="hi"), delta(finish="stop"), usage()])
    asked: Any = json.loads(body("up,m"))
    async with live(streaming(answer)) as router:
        await router.post(asked)
        gc.collect()
        with counted(lambda name: any(part in name for part in OURS)) as count:
            for _ in range(20):
                assert (await router.post(asked)).status_code == 200
    assert count.calls / 20 < 1800
