from pathlib import Path

import pytest

from ccr.store.jsonfile import read_json


@pytest.mark.parametrize("content", [b'{"a": 1}', b"\xef\xbb\xbf{a: 1,} // x"])
def test_json_and_json5_are_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(str(tmp_path / "x.json")) == {"a": 1}


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_unreadable_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert read_json(str(path)) == {}
    assert read_json(str(tmp_path / "none")) == {}
