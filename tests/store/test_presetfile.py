import json
import shutil
from pathlib import Path

import pytest

from ccr.errors import CommandError, ConfigError
from ccr.store import presetfile
from ccr.store.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def write(folder: Path, text: str = '{"name": "x"}') -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(text)
    return folder


def test_presets_are_found_by_their_manifest(home: Home) -> None:
    assert presetfile.names(home) == []
    write(home.presets / "b")
    write(home.presets / "a", "// JSON5\n{name: 'x',}")
    write(home.presets / ".new")
    (home.presets / "empty").mkdir()
    assert presetfile.names(home) == ["a", "b"]
    assert presetfile.find(home, "a").manifest.name == "x"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("c", "there is no preset 'c'"), ("../a", "can't be the name"), ("broken", "manifest.json")],
)
def test_what_is_no_preset_is_told(home: Home, name: str, expected: str) -> None:
    write(home.presets / "a")
    write(home.presets / "broken", "{")
    with pytest.raises((CommandError, ConfigError), match=expected):
        presetfile.find(home, name)


def test_answers_beat_those_in_the_manifest_and_are_private(home: Home) -> None:
    write(home.presets / "a", json.dumps({"userValues": {"x": "old", "y": "kept"}}))
    presetfile.answer(presetfile.find(home, "a"), {"x": "new"})
    found = presetfile.find(home, "a")
    assert found.values == {"x": "new", "y": "kept"}
    assert (found.folder / "values.json").stat().st_mode & 0o777 == 0o600


def test_digest_is_of_the_authors_files(home: Home) -> None:
    folder = write(home.presets / "a")
    before = presetfile.digest(folder)
    preset = presetfile.find(home, "a")
    presetfile.answer(preset, {"x": 1})
    presetfile.sign(preset, presetfile.new_note("here", code=before))
    assert (presetfile.digest(folder), presetfile.find(home, "a").note.code) == (before, before)
    (folder / "t.py").write_text("1")
    assert presetfile.digest(folder) != before


def test_links_are_refused(home: Home, tmp_path: Path) -> None:
    folder = write(tmp_path / "evil")
    (folder / "secret").symlink_to("/etc/passwd")
    with pytest.raises(CommandError, match="is a link"):
        presetfile.copy(folder, tmp_path / "copy")


def test_too_large_a_folder_is_refused(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "large")
    monkeypatch.setattr(presetfile, "BYTES", 10)
    with pytest.raises(CommandError, match="too large"):
        presetfile.files(folder)


def test_installed_in_one_step_with_the_answers_kept(home: Home) -> None:
    write(home.presets / "a")
    presetfile.answer(presetfile.find(home, "a"), {"x": "mine"})
    with presetfile.staging(home) as folder:
        new = write(folder / "n", '{"version": "2"}')
        (new / "values.json").write_text('{"x": "the author\'s"}')
        presetfile.put(home, new, "a")
    found = presetfile.find(home, "a")
    assert (found.manifest.about["version"], found.values) == ("2", {"x": "mine"})
    assert [path.name for path in home.presets.iterdir()] == ["a"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "sub/../../x", "link"])
def test_files_of_others_are_refused(home: Home, name: str) -> None:
    folder = write(home.presets / "a")
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(ConfigError, match="outside of its folder"):
        presetfile.own_file(folder, name)
    assert presetfile.own_file(folder, "t.py") == folder.resolve() / "t.py"


def test_deleted_preset_is_gone(home: Home) -> None:
    write(home.presets / "a")
    presetfile.delete(home, "a")
    assert not (home.presets / "a").exists()
    with pytest.raises(CommandError):
        presetfile.delete(home, "a")


def test_second_ctrl_c_leaves_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, real, presses = Home(tmp_path / "home"), shutil.rmtree, [1]

    def rmtree(path: Path, ignore_errors: bool) -> None:
        if presses:
            presses.pop()
            raise KeyboardInterrupt
        real(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    made = presetfile.staging(home)
    (made.__enter__() / "x").touch()
    made.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert list(home.presets.iterdir()) == []
