import copy
import threading
from collections.abc import Callable
from typing import Any

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.tokens.cache import Cache
from ccr.tokens.content import MESSAGE_FRAME, REQUEST_FRAME, TOOL_FRAME
from ccr.tokens.counter import Count, Counter, Tally, weigh
from ccr.tokens.pdf import PAGE_TOKENS
from tests.aio import trio_test
from tests.tokens import fakes
from tests.tokens.bodies import bodies
from tests.tokens.fakes import body, text
from tests.tokens.official import official, ours


class Recorder:
    """Counts words, tells in which threads, and lets a test hold it there."""

    name = "words"

    def __init__(self, *, loaded: bool = True, on_count: Callable[[], None] = lambda: None) -> None:
        self.loaded = loaded
        self.loads = 0
        self.counted: list[str] = []
        self.threads: set[int] = set()
        self._on_count = on_count

    def load(self) -> None:
        self.loads += 1
        self.loaded = True
        self.threads.add(threading.get_ident())

    def count(self, text: str) -> int:
        self._on_count()
        self.counted.append(text)
        self.threads.add(threading.get_ident())
        return len(text.split())


def conversation(turns: int) -> dict[str, Any]:
    said = [{"role": "user", "content": [text(f"question {turn}")]} for turn in range(turns)]
    return {"system": "be brief", "tools": [{"name": "Read", "input_schema": {}}], "messages": said}


@trio_test()
async def test_count_adds_up_by_section() -> None:
    counted = await Counter(ours("cl100k_base")).count(
        {
            "system": "Be brief, please.",
            "tools": [{"name": "Read", "description": "Reads a file.", "input_schema": {"type": "object"}}],
            "messages": [
                {"role": "user", "content": "Hello, world"},
                {"role": "user", "content": [{"type": "document", "source": fakes.base64_source("JVBERi0=")}]},
                {"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "u"}}]},
            ],
        }
    )
    encode = official("cl100k_base").encode_ordinary
    assert counted == Count(
        system=len(encode("Be brief, please.")),
        tools=TOOL_FRAME + len(encode('Read\nReads a file.\n{"type":"object"}')),
        messages=REQUEST_FRAME + 3 * MESSAGE_FRAME + len(encode("Hello, world")),
        images=1568,
        documents=PAGE_TOKENS,
    )
    assert counted.total == sum((counted.system, counted.tools, counted.messages, counted.images, counted.documents))


@trio_test()
async def test_growing_conversation_pays_for_its_new_blocks_only() -> None:
    tokenizer = Recorder()
    counter = Counter(tokenizer)
    before = await counter.count(conversation(10))
    tokenizer.counted.clear()
    after = await counter.count(conversation(12))
    assert tokenizer.counted == ["question 10", "question 11"]
    assert after.total - before.total == 2 * (2 + MESSAGE_FRAME)


@trio_test()
async def test_short_text_is_counted_in_place() -> None:
    tokenizer = Recorder()
    await Counter(tokenizer).count(body(text("a few words")))
    assert tokenizer.threads == {threading.get_ident()}


@pytest.mark.parametrize(
    ("loaded", "words"),
    [pytest.param(True, "word " * 10_000, id="long text"), pytest.param(False, "word", id="tokenizer not loaded")],
)
def test_slow_count_is_done_in_a_thread(loaded: bool, words: str) -> None:
    tokenizer = Recorder(loaded=loaded)
    counted = trio.run(Counter(tokenizer).count, body(text(words)))
    assert counted.messages == REQUEST_FRAME + MESSAGE_FRAME + len(words.split())
    assert threading.get_ident() not in tokenizer.threads


@trio_test()
async def test_warm_loads_in_a_thread() -> None:
    tokenizer = Recorder(loaded=False)
    await Counter(tokenizer).warm()
    assert tokenizer.loads == 1
    assert threading.get_ident() not in tokenizer.threads


@trio_test()
async def test_burst_shares_two_threads() -> None:
    running = 0
    most = 0
    lock = threading.Lock()
    together = threading.Barrier(2)

    def enter() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(timeout=5)
        with lock:
            running -= 1

    counter = Counter(Recorder(on_count=enter), inline_chars=0)
    async with trio.open_nursery() as nursery:
        for number in range(26):
            nursery.start_soon(counter.count, body(text(f"burst {number}")))
    assert most == 2


@trio_test()
async def test_cancelled_count_returns_at_once_and_frees_its_thread_later() -> None:
    started = trio.Event()
    gate = threading.Event()

    def hold() -> None:
        trio.from_thread.run_sync(started.set)
        gate.wait(timeout=5)

    limiter = trio.CapacityLimiter(1)
    held = Counter(Recorder(on_count=hold), limiter=limiter, inline_chars=0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(held.count, body(text("held")))
        await started.wait()
        nursery.cancel_scope.cancel()
    assert limiter.borrowed_tokens == 1
    gate.set()
    other = Counter(Recorder(), limiter=limiter, inline_chars=0)
    assert (await other.count(body(text("next")))).messages == REQUEST_FRAME + MESSAGE_FRAME + 1


@pytest.mark.parametrize("nothing", [{}, None, [], "text", 5])
def test_body_that_is_no_object_or_empty_has_no_tokens(nothing: Any) -> None:
    assert trio.run(Counter(Recorder()).count, nothing).total == 0


def tally(request_body: Any, cache: Cache) -> Count:
    counted = Tally(request_body, fakes.Bytes(), cache)
    counted.add(weigh(counted.missing))
    return counted.count()


@settings(max_examples=300, deadline=None)
@given(request_body=bodies)
def test_any_body_that_is_not_empty_has_tokens(request_body: Any) -> None:
    is_filled = isinstance(request_body, dict) and request_body != {}
    assert (tally(request_body, Cache()).total > 0) is is_filled


edits = st.tuples(st.sampled_from(("append", "change", "drop", "swap")), st.integers(0, 99), st.text("ab ", max_size=5))


@settings(max_examples=200, deadline=None)
@given(edits=st.lists(edits, max_size=30), generation=st.integers(1, 6))
def test_cached_count_is_right_whatever_is_edited(edits: list[tuple[str, int, str]], generation: int) -> None:
    cache = Cache(generation)
    request_body = conversation(3)
    for kind, number, words in edits:
        edit(request_body["messages"], kind, number=number, words=words)
        assert tally(copy.deepcopy(request_body), cache) == tally(request_body, Cache())


def edit(messages: list[dict[str, Any]], kind: str, *, number: int, words: str) -> None:
    at = number % max(1, len(messages))
    if kind == "append" or not messages:
        messages.append({"role": "user", "content": words})
    elif kind == "change":
        messages[at]["content"] = [text(words)]
    elif kind == "drop":
        del messages[at]
    else:
        messages[at], messages[-1] = messages[-1], messages[at]


def test_text_and_pdf_with_the_same_characters_are_kept_apart() -> None:
    cache = Cache()
    document = {"type": "document", "source": fakes.base64_source("JVBERi0=")}
    assert tally(body(text("JVBERi0=")), cache).documents == 0
    assert tally(body(document), cache).documents == PAGE_TOKENS
    assert tally(body(text("JVBERi0=")), cache).messages == REQUEST_FRAME + MESSAGE_FRAME + 8
