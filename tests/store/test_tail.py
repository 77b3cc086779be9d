from pathlib import Path

import pytest

from ccr.store import tail
from ccr.store.tail import newest_lines


@pytest.mark.parametrize("block", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("text", ["", "a", "a\n", "a\nbb\nccc", "\n\n", "one longer line\n\nx\n"])
def test_lines_come_newest_first_whatever_the_blocks(
    tmp_path: Path, block: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    path.write_text(text)
    monkeypatch.setattr(tail, "BLOCK", block)
    assert [line.decode() for line in newest_lines(str(path))] == text.split("\n")[::-1]


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("0123456789\nabc")
    assert list(newest_lines(str(path), limit=6)) == [b"abc", b"89"]


def test_end_of_a_large_file_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with path.open("wb") as file:
        file.seek(10 * 1024**3)
        file.write(b"\nlast")
    assert next(newest_lines(str(path))) == b"last"


def test_missing_file_has_no_lines(tmp_path: Path) -> None:
    assert list(newest_lines(str(tmp_path / "none"))) == []
