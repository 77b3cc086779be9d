from pathlib import Path

import pytest

from ccr.plugins.failure import PluginError
from ccr.plugins.pyfile import load


def write(folder: Path, text: str) -> Path:
    path = folder / "own.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_changed_file_is_read_anew(tmp_path: Path) -> None:
    first = load(write(tmp_path, "X = 1\n"))
    second = load(write(tmp_path, "X = 2\n"))
    assert (first.X, second.X) == (1, 2)


def test_file_may_use_the_standard_library_and_ccr(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nimport dataclasses\nfrom ccr.transform.base import Transformer\n"
        "@dataclasses.dataclass\nclass A:\n    x: int | None = None\n"
    )
    assert load(write(tmp_path, text)).A().x is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nraise OSError('no')\n", "OSError: no ({path}:2)"),
        ("x =\n", "SyntaxError: invalid syntax ({path}:1)"),
        ("exit(3)\n", "SystemExit: 3 ({path}:1)"),
        ("\0", "({path}"),
    ],
)
def test_broken_file_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PluginError) as caught:
        load(path)
    assert said.format(path=path) in str(caught.value)


def test_file_that_does_not_stop_loading_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"is not loaded after 0.1 s"):
        load(write(tmp_path, "import time\ntime.sleep(1)\n"), seconds=0.1)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="can't be read: No such file"):
        load(tmp_path / "none.py")
