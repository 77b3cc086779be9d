"""The scanner of one growing JSON object, with Python's own parser as the judge."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.jsonscan import Scanner

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=3)
SPACING = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def scan(text: str, step: int = 1000) -> tuple[Scanner, int]:
    """Return the scanner after the text came in pieces, and how much of it was taken."""
    scanner, taken = Scanner(), 0
    for start in range(0, len(text), step):
        piece = text[start : start + step]
        taken += scanner.feed(piece)
    return scanner, taken


@given(OBJECTS, SPACING, st.integers(1, 9))
def test_scanner_takes_every_object(value: dict[str, Any], spacing: dict[str, Any], step: int) -> None:
    text = json.dumps(value, **spacing)
    scanner, taken = scan(text, step)
    assert scanner.complete
    assert taken == len(text)
    assert [json.loads(key) for key in scanner.keys] == list(value)


@given(OBJECTS, SPACING, st.data())
def test_scanner_completes_an_object_that_was_cut_anywhere(
    value: dict[str, Any], spacing: dict[str, Any], data: Any
) -> None:
    text = json.dumps(value, **spacing)
    start = text[: data.draw(st.integers(1, len(text) - 1))]
    scanner, taken = scan(start)
    assert taken == len(start)
    assert not scanner.complete
    assert json.loads(start + scanner.ending('"_raw":1'))["_raw"] == 1


@given(OBJECTS, st.lists(st.tuples(st.integers(0, 60), st.sampled_from('{}[]",:\\ 1-.eatnx\n')), max_size=3))
def test_scanner_agrees_with_a_parser_on_broken_text(value: dict[str, Any], changes: list[tuple[int, str]]) -> None:
    characters = list(json.dumps(value))
    for place, character in changes:
        characters[place % len(characters)] = character
    text = "".join(characters)
    scanner, taken = scan(text)
    assert scanner.complete == is_object(text)
    assert scan(text, 1)[0].complete == scanner.complete
    if scanner.broken and scanner.has_members and not scanner.ended:
        assert json.loads(text[:taken] + scanner.ending('"_raw":1'))["_raw"] == 1


def is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("[1]", 0),
        (' {"a": True}', 7),
        ('{"a": 01}', 7),
        ('{"a": 1.}', 8),
        ('{"a":1,}', 7),
        ('{"a" "b"}', 5),
        ('{"a": "\\d"}', 8),
        ('{"a": "\\u00g0"}', 11),
        ('{"a": "x\ny"}', 8),
        ('{"a":1} x', 8),
        ("{]", 1),
    ],
)
def test_scanner_stops_where_an_object_breaks(text: str, taken: int) -> None:
    scanner, found = scan(text, 1)
    assert found == taken
    assert scanner.broken
    assert scanner.feed("}") == 0


def test_scanner_tells_how_far_it_is() -> None:
    scanner = Scanner()
    scanner.feed("{")
    assert not scanner.has_members
    scanner.feed('"a": "x\\u0')
    assert (scanner.has_members, scanner.in_token, scanner.in_escape) == (True, True, 3)
    scanner.feed('0e9"')
    assert (scanner.in_token, scanner.in_escape, scanner.ended) == (False, 0, False)
    scanner.feed("} ")
    assert scanner.ended


def test_scanner_takes_long_text_in_small_pieces_in_linear_time() -> None:
    def seconds(size: int) -> float:
        text = json.dumps({"content": 'x = "y"\n' * size})
        began = time.process_time()
        assert scan(text, 4)[0].complete
        return time.process_time() - began

    seconds(100)
    assert seconds(20_000) < 60 * seconds(1000) + 0.05
