from pathlib import Path

import pytest

from ccr.config.edit import Edited
from ccr.errors import ConfigError
from ccr.run.configtext import ConfigText


def test_change_is_saved_with_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{PORT: 1}")
    text = ConfigText(path, {})
    assert not text.change(lambda content, raw: Edited(content.replace("1", str(raw["PORT"] + 1))))
    assert text.change(lambda content, raw: Edited("{PORT: 3}", is_rewritten=True))
    assert (path.read_text(), text.config.port) == ("{PORT: 3}", 3)
    assert sorted(item.read_text() for item in tmp_path.glob("*.bak")) == ["{PORT: 1}", "{PORT: 2}"]


def test_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    text = ConfigText(tmp_path / "config.json", {})
    text.change(lambda content, raw: Edited(content.replace("{", "{PORT: 1")))
    assert (tmp_path / "config.json").read_text() == "{PORT: 1}\n"


def test_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}")
    text = ConfigText(path, {})
    path.write_text("{PORT: 1}")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        text.change(lambda content, raw: Edited("{}"))
    assert path.read_text() == "{PORT: 1}"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00"])
def test_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(ConfigError):
        ConfigText(tmp_path / "config.json", {})
