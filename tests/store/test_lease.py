import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ccr.store.lease import Busy, Note, lock, note_path, notes, read_note, remove_note, write_note

NOTE = Note(instance="one", pid=1, started="2", host="127.0.0.1", port=3456, config="/c.json")
HOLD = """
import sys
from pathlib import Path
from ccr.store.lease import lock
with lock(Path(sys.argv[1]), seconds=1):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lock_excludes_others_and_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "new" / "start.lock"
    with lock(path, seconds=0), pytest.raises(Busy), lock(path, seconds=0.05):
        pass
    with lock(path, seconds=0):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Busy), lock(path, seconds=0.05):
            pass
        other.kill()
        other.wait(10)
    with lock(path, seconds=0):
        pass


def test_lock_that_cannot_be_written_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"), lock(tmp_path / "file" / "lock", seconds=0):
        pass


def test_note_is_private_and_read_again(tmp_path: Path) -> None:
    write_note(tmp_path / "run", NOTE)
    assert read_note(tmp_path / "run", 3456) == NOTE
    assert notes(tmp_path / "run") == [NOTE]
    assert stat.S_IMODE(note_path(tmp_path / "run", 3456).stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "run") == ["service-3456.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"12345", b'{"pid": "x"}'])
def test_note_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    note_path(tmp_path, 1).write_bytes(content)
    assert read_note(tmp_path, 1) is None
    assert notes(tmp_path) == []
    assert read_note(tmp_path, 2) is None


def test_note_is_taken_away_by_its_own_instance_only(tmp_path: Path) -> None:
    write_note(tmp_path, NOTE)
    remove_note(tmp_path, port=3456, instance="another")
    assert read_note(tmp_path, 3456) == NOTE
    remove_note(tmp_path, port=3456, instance="one")
    assert read_note(tmp_path, 3456) is None
    remove_note(tmp_path, port=3456, instance="one")
