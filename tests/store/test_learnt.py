from pathlib import Path

import pytest

from ccr.dialect.model_table import ModelFacts
from ccr.store.learnt import List, models, read, write

LISTS = {"https://a.example/v1": List(1.5, {"m": ModelFacts(1000, 50, images=True), "n": ModelFacts(window=7)})}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "home" / "learnt.json"
    write(path, LISTS)
    assert read(path) == LISTS
    assert models(read(path)) == {"https://a.example/v1": LISTS["https://a.example/v1"].models}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": {"models": {"m": {"window": "big"}}}}'])
def test_broken_file_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "learnt.json"
    path.write_bytes(content)
    assert read(path) == {}


def test_missing_file_and_folder_that_can_not_be_written_are_no_failures(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") == {}
    (tmp_path / "file").write_text("")
    write(tmp_path / "file" / "learnt.json", LISTS)
