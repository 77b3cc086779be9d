import json

import pyjson5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.json5 import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ('// x, }\n{"a": [1, 2,], /* "b": 2, */ "c": "// no",\n}', {"a": [1, 2], "c": "// no"}),
        ('{"a": "/*", "b": ",}", "c": "\\"//", /* * */}', {"a": "/*", "b": ",}", "c": '"//'}),
        ("[1, // one\r\n 2 /* two */ , ] // end", [1, 2]),
    ],
)
def test_comments_and_trailing_commas_go(text: str, expected: object) -> None:
    assert json.loads(plain(text)) == expected == pyjson5.decode(text)


@pytest.mark.parametrize("text", ["{,}", "[,]", "[1,,]", "{a: 1}", "{'a': '//'}", '{"a": 1 /* }', '"open // ', "[1 2]"])
def test_what_is_no_json_without_them_stays_none(text: str) -> None:
    with pytest.raises(ValueError):
        json.loads(plain(text))


PIECES = ['"', "'", "//", "/*", "*/", "\\", "\n", ",", "[", "]", "{", "}", ":", "1", "a", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_what_can_be_read_has_the_meaning_of_the_whole(text: str) -> None:
    try:
        found = json.loads(plain(text))
    except ValueError:
        return
    assert pyjson5.decode(text) == found
