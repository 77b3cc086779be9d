"""Content in words, for targets that can't take a part as it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.dialect.content import document_text, inline_data, parts_of, remote_url, stand_in, text_of

Json = dict[str, Any]
IMAGE: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
AWAY: Json = {"type": "image_url", "image_url": {"url": "https://a/x.png"}}
PDF: Json = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}
HIT = {"type": "web_search_result", "title": "T", "url": "https://a/"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a", [{"type": "text", "text": "a"}]),
        ("", []),
        (None, []),
        ([IMAGE, "b", 7], [IMAGE, {"type": "text", "text": "b"}, {"type": "text", "text": "7"}]),
        ({"type": "text"}, []),
    ],
    ids=repr,
)
def test_parts_of_any_content(content: Any, expected: list[Json]) -> None:
    assert parts_of(content) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "text", "text": "a"}, "a"),
        ({"type": "text", "text": None}, ""),
        (IMAGE, "[An image was left out here: this model can't see images.]"),
        ({"type": "image", "source": {"type": "file"}}, "[An image was left out here: this model can't see images.]"),
        (PDF, "[The document was left out here: this model can't read it.]"),
        ({**PDF, "title": "T"}, "[The document 'T' was left out here: this model can't read it.]"),
        ({"type": "document", "title": "T", "source": {"type": "text", "data": "words"}}, "T\n\nwords"),
        ({"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "w"}]}}, "w"),
        ({"type": "search_result", "title": "T", "source": "s", "content": [{"type": "text", "text": "w"}]}, "T\ns\nw"),
        ({"type": "tool_reference", "tool_name": "Read"}, "Tool 'Read' is available now."),
        ({"type": "server_tool_use", "name": "web_search", "input": {"query": "q"}}, "[Searched the web for 'q'.]"),
        ({"type": "server_tool_use", "name": "x", "input": None}, ""),
        ({"type": "server_tool_use", "input": {"code": "print(1)"}}, "[Ran on the provider's side:]\nprint(1)"),
        (
            {"type": "code_execution_tool_result", "content": {"stdout": "1\n", "stderr": "", "return_code": 0}},
            "[Its output:]\n1\n",
        ),
        (
            {"type": "bash_code_execution_tool_result", "content": {"error_code": "unavailable"}},
            "[Its output:]\nunavailable",
        ),
        ({"type": "code_execution_tool_result", "content": [7]}, ""),
        ({"type": "web_search_tool_result", "content": [HIT, 7]}, "- T https://a/"),
        ({"type": "web_search_tool_result", "content": {"error_code": "x"}}, "[The web search failed.]"),
        ({"type": "container_upload", "file_id": "f"}, ""),
        ({"type": "new", "content": [{"type": "text", "text": "w"}]}, "w"),
        ({"type": "new", "text": "w"}, "w"),
        ({}, ""),
    ],
    ids=repr,
)
def test_stand_in_of_every_part(part: Json, expected: str) -> None:
    assert stand_in(part) == expected


def test_text_of_joins_what_says_something() -> None:
    assert text_of([{"type": "text", "text": "a"}, {"type": "text", "text": ""}, "b"]) == "a\nb"
    assert text_of("a") == "a"


@pytest.mark.parametrize(
    ("part", "data", "url"),
    [
        (IMAGE, ("image/png", "AAAA"), None),
        (AWAY, None, "https://a/x.png"),
        ({"type": "image_url", "image_url": {"url": "data:;base64,AAAA"}}, ("image/png", "AAAA"), None),
        ({"type": "image_url", "image_url": None}, None, None),
        (PDF, ("application/pdf", "JVBE"), None),
        ({"type": "document", "source": {"type": "url", "url": "https://a/"}}, None, "https://a/"),
        ({"type": "document", "source": {"type": "file", "file_id": "f"}}, None, None),
        ({"type": "document", "source": None}, None, None),
    ],
    ids=repr,
)
def test_where_the_bytes_are(part: Json, data: tuple[str, str] | None, url: str | None) -> None:
    assert inline_data(part) == data
    assert remote_url(part) == url


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"type": "text", "data": "w"}, "w"),
        ({"type": "content", "content": "w"}, "w"),
        ({"type": "url"}, None),
        (None, None),
    ],
    ids=repr,
)
def test_document_text_is_none_for_what_has_to_be_read(source: Any, expected: str | None) -> None:
    assert document_text({"type": "document", "source": source}) == expected


KINDS = st.sampled_from(
    ["text", "image_url", "document", "search_result", "server_tool_use", "web_search_tool_result", "x"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=4,
)
FIELDS = st.sampled_from(["text", "content", "source", "title", "input", "image_url"])


@given(KINDS, st.dictionaries(FIELDS, VALUES))
def test_words_are_found_for_anything(kind: str, fields: Json) -> None:
    part = {**fields, "type": kind}
    assert isinstance(stand_in(part), str)
    inline_data(part)
    remote_url(part)
