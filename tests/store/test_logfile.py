import io
import json
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ccr.store import logfile
from ccr.store.logfile import Echo, Files, LogFile


class Kept:
    """A sink that keeps what it gets, once it is let to."""

    def __init__(self) -> None:
        self.data = b""
        self.may_write = threading.Event()
        self.may_write.set()

    def write(self, data: bytes) -> None:
        self.may_write.wait(10)
        self.data += data

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.data.splitlines()]


def test_lines_are_json_with_time_and_level() -> None:
    kept = Kept()
    log = LogFile([kept], redact=str)
    log.event("warn", "two\nlines ü", path="p")
    log.request({"id": "r", "ms": 5})
    log.close()
    event, request = kept.lines
    assert {**event, "time": "", "pid": 0} == {
        "time": "",
        "pid": 0,
        "level": "warn",
        "text": "two\nlines ü",
        "path": "p",
    }
    assert (request["type"], request["id"], request["ms"]) == ("request", "r", 5)
    assert event["time"].endswith("Z")


def test_every_line_passes_the_redactor() -> None:
    kept = Kept()
    log = LogFile([kept], redact=lambda text: text.replace("sk-secret", "[hidden]"))
    log.event("info", "the key sk-secret")
    log.request({"key": ["sk-secret"]})
    log.close()
    assert b"sk-secret" not in kept.data
    assert kept.data.count(b"[hidden]") == 2


def test_level_decides_what_is_worth_a_line() -> None:
    kept = Kept()
    log = LogFile([kept], redact=str, level="warn")
    for level in logfile.LEVELS:
        log.event(level, level)
    log.request({})
    log.level = "info"
    log.request({})
    log.close()
    assert [line["level"] for line in kept.lines] == ["warn", "error", "fatal", "info"]


def test_log_without_sinks_does_nothing() -> None:
    before = set(threading.enumerate())
    log = LogFile([], redact=str)
    log.event("fatal", "x")
    assert set(threading.enumerate()) <= before
    log.close()


def test_slow_disk_holds_nobody_up_and_losses_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "QUEUE_LINES", 3)
    kept = Kept()
    kept.may_write.clear()
    log = LogFile([kept], redact=str)
    for number in range(50):
        log.event("info", str(number))
    kept.may_write.set()
    log.close()
    *written, told = kept.lines
    assert told["text"].startswith(f"{50 - len(written)} lines of this log were dropped")


def test_hanging_disk_does_not_hinder_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "CLOSE_SECONDS", 0.05)
    kept = Kept()
    kept.may_write.clear()
    log = LogFile([kept], redact=str)
    log.event("info", "x")
    log.close()
    kept.may_write.set()


def test_sink_that_fails_does_not_stop_the_others() -> None:
    class Broken:
        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    kept = Kept()
    log = LogFile([Broken(), kept], redact=str)
    log.event("info", "x")
    log.close()
    assert len(kept.lines) == 1


def test_echo_writes_to_a_stream() -> None:
    stream = io.StringIO()
    Echo(stream).write("ü\n".encode())
    assert stream.getvalue() == "ü\n"


def test_file_is_private(tmp_path: Path) -> None:
    Files(tmp_path / "logs").write(b"x\n")
    assert stat.S_IMODE((tmp_path / "logs" / "ccr.log").stat().st_mode) == 0o600


def test_files_are_rotated_and_few(tmp_path: Path) -> None:
    files = Files(tmp_path, size=10, count=3)
    for number in range(10):
        files.write(f"line {number:04}\n".encode())
    names = sorted(path.name for path in tmp_path.glob("ccr*"))
    assert names == ["ccr.1.log", "ccr.2.log", "ccr.log"]
    assert [(tmp_path / name).read_text() for name in ("ccr.2.log", "ccr.1.log", "ccr.log")] == [
        "line 0007\n",
        "line 0008\n",
        "line 0009\n",
    ]


def test_file_that_was_removed_is_made_again(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.write(b"one\n")
    (tmp_path / "ccr.log").unlink()
    files.write(b"two\n")
    assert (tmp_path / "ccr.log").read_bytes() == b"two\n"


def test_rotation_of_another_process_is_followed(tmp_path: Path) -> None:
    one, two = Files(tmp_path, size=4), Files(tmp_path, size=4)
    one.write(b"a\n")
    two.write(b"b\n")
    two.write(b"c\n")
    one.write(b"d\n")
    assert (tmp_path / "ccr.1.log").read_bytes() == b"a\nb\n"
    assert (tmp_path / "ccr.log").read_bytes() == b"c\nd\n"


WRITER = """
import sys
from pathlib import Path
from ccr.store.logfile import Files
files = Files(Path(sys.argv[1]), size=2000, count=50)
for number in range(400):
    files.write(f"{sys.argv[2]} {number:05}\\n".encode())
"""


def test_processes_at_once_lose_no_line(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in ("a", "b")]
    assert [writer.wait(30) for writer in writers] == [0, 0]
    lines = [line for path in tmp_path.glob("ccr*.log") for line in path.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {number:05}" for name in ("a", "b") for number in range(400))
