import json
import os
import stat
from pathlib import Path
from typing import IO

import pytest

from ccr.run.environment import REMOVED
from ccr.run.settings import content, given

OURS = content({"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"})


def test_content_empties_what_must_not_be_set() -> None:
    settings = content({"A": "1"})
    assert settings["env"] == {**dict.fromkeys(REMOVED, ""), "A": "1"}
    assert settings["apiKeyHelper"] == ""
    assert "statusLine" not in settings


def test_content_sets_a_status_line() -> None:
    settings = content({}, status_line="ccr statusline")
    assert settings["statusLine"] == {"type": "command", "command": "ccr statusline", "padding": 0}


def test_file_is_private_and_goes_away(tmp_path: Path) -> None:
    with given(["-p", "hi"], OURS, folder=tmp_path / "run") as words:
        path = Path(words[1])
        assert words == ["--settings", str(path), "-p", "hi"]
        assert json.loads(path.read_text()) == OURS
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list((tmp_path / "run").iterdir()) == []


def test_file_goes_away_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), given([], OURS, folder=tmp_path):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_file_lies_elsewhere_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with given([], OURS, folder=tmp_path / "file" / "run") as words:
        assert json.loads(Path(words[1]).read_text()) == OURS
    assert not Path(words[1]).exists()


def test_file_lies_elsewhere_when_its_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.fdopen

    def fdopen(descriptor: int, mode: str) -> IO[bytes]:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(tmp_path):
            os.close(descriptor)
            raise OSError(28, "No space left on device")
        return opened(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", fdopen)
    with given([], OURS, folder=tmp_path) as words:
        assert json.loads(Path(words[1]).read_text()) == OURS
        assert not Path(words[1]).is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_killed_sessions_are_swept(tmp_path: Path) -> None:
    dead = tmp_path / "claude-999999999-ab.json"
    alive = tmp_path / f"claude-{os.getpid()}-ab.json"
    for path in (dead, alive):
        path.touch()
    with given([], OURS, folder=tmp_path):
        assert (dead.exists(), alive.exists()) == (False, True)


@pytest.mark.parametrize("form", ["file", "file with equals", "inline"])
def test_settings_of_the_user_are_merged(tmp_path: Path, form: str) -> None:
    theirs = {"env": {"ANTHROPIC_BASE_URL": "x", "MINE": "1"}, "model": "opus", "apiKeyHelper": "helper"}
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(theirs))
    option = {
        "file": ["--settings", str(path)],
        "file with equals": [f"--settings={path}"],
        "inline": ["--settings", json.dumps(theirs)],
    }[form]
    with given(["-c", *option, "-p", "hi"], OURS, folder=tmp_path / "run") as words:
        assert (words[:2], words[3:]) == (["-c", "--settings"], ["-p", "hi"])
        merged = json.loads(Path(words[2]).read_text())
    assert merged == {**OURS, "model": "opus", "env": {"MINE": "1", **OURS["env"]}}
    assert json.loads(path.read_text()) == theirs


@pytest.mark.parametrize("value", ["/no/such/file.json", "{broken", "[1]"])
def test_settings_that_cannot_be_read_are_left_to_claude(tmp_path: Path, value: str) -> None:
    with given(["--settings", value], OURS, folder=tmp_path) as words:
        assert words == ["--settings", value]


def test_settings_after_two_dashes_are_a_prompt(tmp_path: Path) -> None:
    with given(["--", "--settings", "{}"], OURS, folder=tmp_path) as words:
        assert words[2:] == ["--", "--settings", "{}"]


@pytest.mark.parametrize("word", ["logs", "daemon", "remote-control"])
def test_command_that_must_stand_first_stays_first(tmp_path: Path, word: str) -> None:
    with given([word, "--settings", "x"], OURS, folder=tmp_path) as words:
        assert words == [word, "--settings", "x"]
