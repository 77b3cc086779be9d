"""JSON from foreign hands."""

import math
from typing import Any

import pytest

from ccr.core.jsonio import dump, dump_text, is_complete, load, load_many


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        ('{"a": "\u00fc"}', {"a": "ü"}),
        (b"\xef\xbb\xbf[1]", [1]),
        (b'{"a": "x\ny\x01"}', {"a": "x\ny\x01"}),
        (b'"\xff\xfe"', "\ufffd\ufffd"),
        (b'"\\ud83d\\ude42"', "🙂"),
        (b'"\\ud83d and \\ude42"', "\ufffd and \ufffd"),
    ],
    ids=["plain", "text", "byte order mark", "control characters", "no utf-8", "pair", "lone surrogates"],
)
def test_load_reads_what_can_be_read(data: bytes | str, expected: Any) -> None:
    assert load(data) == expected


def test_load_takes_what_is_no_number() -> None:
    assert math.isnan(load(b"[NaN]")[0])


@pytest.mark.parametrize("data", [b"", b"{", b"{'a': 1}", b"[" * 100_000, b"[1] [2]", "x"])
def test_load_raises_only_value_errors(data: bytes | str) -> None:
    with pytest.raises(ValueError):
        load(data)


def test_load_gives_what_every_encoder_takes() -> None:
    assert dump(load(b'{"\\ud83d": "\\udc00"}')) == '{"\ufffd":"\ufffd"}'.encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a":1}\n{"b":2}\n', [{"a": 1}, {"b": 2}]),
        (b'{"a":1}{"b":2}', [{"a": 1}, {"b": 2}]),
        (b'{\n  "a": 1\n}\n,{"b":2}', [{"a": 1}, {"b": 2}]),
        (b'{"a":1}\n{"b":', [{"a": 1}]),
        (b'oops\n{"a":1}\noops\n{"b":2}', [{"a": 1}, {"b": 2}]),
        (b'{\n "a": {\n  "b": 1\n }', []),
        (b"", []),
        (b"[" * 100_000, []),
    ],
)
def test_load_many_gives_whole_values_only(data: bytes, expected: list[Any]) -> None:
    assert load_many(data) == expected


def test_dump_keeps_the_order_and_wastes_no_space() -> None:
    assert dump({"b": [1, None], "a": "ü"}) == '{"b":[1,null],"a":"ü"}'.encode()
    assert dump_text({"b": True}) == '{"b":true}'


@pytest.mark.parametrize(
    ("text", "expected"), [('{"a":[1]}', True), ("1", True), ('{"a"', False), ("", False), ("{} {}", False)]
)
def test_is_complete_is_about_one_value(text: str, expected: bool) -> None:
    assert is_complete(text) is expected
