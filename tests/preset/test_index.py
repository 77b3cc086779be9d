import json
from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.preset.index import near, pick, read_index, search

DIGEST = "a" * 64
LISTED: list[Any] = [
    {"id": "one", "name": "First", "repo": "owner/one", "version": "1", "description": "for DeepSeek", "checksum": "x"},
    {"id": "two", "name": "one", "url": "https://host.test/two.zip", "checksum": f"sha256:{DIGEST.upper()}"},
    {"name": "Third"},
    {"id": "bad", "url": "/etc", "author": "A\x1b[31m\nB"},
    {"version": "1"},
    "text",
]
ENTRIES = read_index(json.dumps(LISTED).encode())


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("one", "one"), ("two", "two"), ("First", "one"), ("FIRST", "one"), ("ONE", "two"), ("three", None)],
)
def test_preset_is_meant_by_id_then_by_name(wanted: str, expected: str | None) -> None:
    found = pick(ENTRIES, wanted)
    assert (found and found.id) == expected


def test_entries_without_a_name_are_passed_over() -> None:
    assert [entry.id for entry in ENTRIES] == ["one", "two", "Third", "bad"]
    assert read_index(json.dumps({"presets": LISTED}).encode()) == ENTRIES


def test_origin_is_a_repository_or_an_archive() -> None:
    one, two = (entry.origin for entry in ENTRIES[:2])
    assert (one.place, one.digest) == ("https://github.com/owner/one/archive/HEAD.zip", "")
    assert (two.place, two.digest) == ("https://host.test/two.zip", DIGEST)


@pytest.mark.parametrize("entry", ENTRIES[2:], ids=["nowhere", "a file"])
def test_index_never_leads_to_a_file_of_this_machine(entry: Any) -> None:
    with pytest.raises(ConfigError, match="neither `repo` nor `url`"):
        _ = entry.origin


def test_text_cannot_steer_a_terminal() -> None:
    assert ENTRIES[3].author == "A[31m B"


@pytest.mark.parametrize(
    ("words", "ids"),
    [("", ["one", "two", "Third", "bad"]), ("deepseek FIRST", ["one"]), ("nothing", [])],
)
def test_all_words_must_be_there(words: str, ids: list[str]) -> None:
    assert [entry.id for entry in search(ENTRIES, words)] == ids


def test_near_miss_is_found() -> None:
    assert near(ENTRIES, "thrid") == "Third"
    assert near(ENTRIES, "zzzzzz") == ""


@pytest.mark.parametrize(("data", "words"), [(b"<html>", "no JSON"), (b"5", "no list"), (b'{"presets": 1}', "no list")])
def test_what_is_no_index_is_told(data: bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_index(data)
