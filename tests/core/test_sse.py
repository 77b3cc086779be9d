"""Server-sent events against the grammar of the WHATWG, and where it is left on purpose."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.sse import BOM, ServerEvent, Splitter


def split(*pieces: bytes) -> list[tuple[str, str]]:
    """Return (name, data) of the events in the pieces."""
    splitter = Splitter()
    found: list[ServerEvent] = []
    for piece in pieces:
        found += splitter.feed(piece)
    return [(event.name, event.data.decode()) for event in [*found, *splitter.close()]]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"data:a\n\n", [("", "a")]),
        (b"data:  a\n\n", [("", " a")]),
        (b"data: a\ndata: b\n\n", [("", "a\nb")]),
        (b"data\ndata: b\n\n", [("", "\nb")]),
        (b"data:\n\n", []),
        (b"event: x\ndata: a\n\ndata: b\n\n", [("x", "a"), ("", "b")]),
        (b"event: x\n\ndata: b\n\n", [("", "b")]),
        (b"data: a\nevent: x\n\n", [("x", "a")]),
        (b": comment\n\n:\n\ndata: a\n\n", [("", "a")]),
        (b"id: 1\nretry: 2\nfoo: bar\ndata: a\n\n", [("", "a")]),
        (b"datax: a\n data: b\n\n", []),
        (b"data: a: b\n\n", [("", "a: b")]),
        (BOM + b"data: a\n\n", [("", "a")]),
        ("data: a\u2028b\u0085c\n\n".encode(), [("", "a\u2028b\u0085c")]),
    ],
)
def test_splitter_keeps_to_the_grammar(raw: bytes, expected: list[tuple[str, str]]) -> None:
    assert split(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"data: a", [("", "a")]),
        (b"data: a\r", [("", "a")]),
        (b'data: {"a":1}\ndata: {"b":2}\n', [("", '{"a":1}'), ("", '{"b":2}')]),
        (b'data: {"a":1}\ndata: [DONE]\n', [("", '{"a":1}'), ("", "[DONE]")]),
        (b'event: x\ndata: {"a":1}\nevent: y\ndata: {"b":2}\n\n', [("x", '{"a":1}'), ("y", '{"b":2}')]),
        (b': busy\n\n{"error":1}\n', [("", '{"error":1}')]),
    ],
    ids=["no blank line", "half of a line end", "no blank line between", "before done", "between names", "bare json"],
)
def test_splitter_forgives(raw: bytes, expected: list[tuple[str, str]]) -> None:
    assert split(raw) == expected


def test_splitter_joins_pretty_printed_data() -> None:
    raw = b'data: {\ndata: "a": [\ndata: {"b": 1},\ndata: {"c": 2}\ndata: ]\ndata: }\n\n'
    assert split(raw) == [("", '{\n"a": [\n{"b": 1},\n{"c": 2}\n]\n}')]


LINES = st.sampled_from(["data: é🙂", "data: {}", "data: {}", "data:", "event: x", "", ":c", "data: [1]", "x"])


@given(st.lists(LINES), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 200), max_size=5))
def test_splitter_gives_the_same_at_any_cut_and_line_end(lines: list[str], newline: str, cuts: list[int]) -> None:
    raw = newline.join([*lines, "", ""]).encode()
    bounds = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    pieces = [raw[start:end] for start, end in pairwise(bounds)]
    assert split(*pieces) == split("\n".join([*lines, "", ""]).encode())


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_splitter_takes_anything(pieces: list[bytes]) -> None:
    splitter = Splitter()
    for piece in pieces:
        splitter.feed(piece)
    splitter.close()


def test_splitter_takes_a_long_line_in_small_pieces_in_linear_time() -> None:
    def seconds(size: int) -> float:
        splitter = Splitter()
        began = time.process_time()
        for _ in range(size):
            splitter.feed(b"0123456789")
        assert len(splitter.feed(b"\n\n")) == 0
        return time.process_time() - began

    seconds(1000)
    assert seconds(80_000) < 60 * seconds(4000) + 0.05
