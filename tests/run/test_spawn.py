import os
import shlex
import sys
from pathlib import Path

import pytest

from ccr.run.process import started
from ccr.run.spawn import can_fork, detach, end, own_command, own_shell_command
from ccr.version import VERSION
from tests.process import run
from tests.world import wait_for


def test_own_command_is_not_led_astray_by_the_folder(tmp_path: Path) -> None:
    (tmp_path / "ccr").mkdir()
    (tmp_path / "ccr" / "__main__.py").write_text("print('wrong')")
    done = run(["sh", "-c", f"cd {shlex.quote(str(tmp_path))} && {own_shell_command('-v')}"])
    assert done.stdout.split()[-1] == VERSION


def test_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/a b/ccr")
    assert own_command() == ["/opt/a b/ccr"]
    assert own_shell_command("statusline") == "'/opt/a b/ccr' statusline"


def test_detached_program_has_a_session_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import os, sys; print(os.getsid(0) == os.getpid(), os.getcwd(), sys.argv[1:], os.environ['A'], flush=True)"
    )
    monkeypatch.setattr("ccr.run.spawn.own_command", lambda: [sys.executable, "-c", f"{program}; input()"])
    with open(tmp_path / "out", "wb") as output:
        child = detach(["start"], env={**os.environ, "A": "1"}, folder=tmp_path, output=output)
    assert child.wait(10) == 1
    assert (tmp_path / "out").read_text().splitlines()[0] == f"True {tmp_path} ['start'] 1"


def test_end_ends_the_children_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); import time; time.sleep(60)"
    monkeypatch.setattr("ccr.run.spawn.own_command", lambda: [sys.executable, "-c", program])
    with open(tmp_path / "out", "wb") as output:
        child = detach([], env=os.environ, folder=tmp_path, output=output)
    wait_for(lambda: (tmp_path / "out").read_text().endswith("\n"))
    end(child)
    pid = int((tmp_path / "out").read_text())
    wait_for(lambda: not started(pid))


COPY = """
import os, signal, sys
from pathlib import Path
from ccr.run.spawn import fork

def serve():
    print(os.getsid(0) == os.getpid(), os.getcwd(), os.environ == {"A": "1"}, os.read(0, 9))
    print([name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")])
    return 7

print("once")
held = open(os.devnull)
with open(sys.argv[1], "wb") as output:
    child = fork(serve, folder=Path("/"), env={"A": "1"}, output=output)
assert child.wait() == child.poll() == 7
assert not os.environ.get("A")
print("twice")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stands copies")
def test_copy_is_a_program_of_its_own(tmp_path: Path) -> None:
    done = run([sys.executable, "-c", COPY, str(tmp_path / "out")])
    assert (done.returncode, done.stdout, done.stderr) == (0, "once\ntwice\n", "")
    assert (tmp_path / "out").read_text() == "True / True b''\n['0', '1', '2']\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stands copies")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_copy_has_its_files_also_where_they_were_closed(tmp_path: Path, closed: str) -> None:
    (tmp_path / "copy.py").write_text(COPY.replace("print(", "sys.stdout and print("))
    command = shlex.join([sys.executable, str(tmp_path / "copy.py"), str(tmp_path / "out")])
    assert run(["sh", "-c", f"{command} {closed}"]).returncode == 0
    if "<" in closed and ">" not in closed:
        assert "['0', '1', '2']" in (tmp_path / "out").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stands copies")
def test_what_goes_away_has_no_copy_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_fork()
    monkeypatch.setattr(sys, "executable", "/gone/ccr")
    assert not can_fork()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stands copies")
def test_copy_that_fails_says_why(tmp_path: Path) -> None:
    program = COPY.replace("return 7", "raise ValueError('broken')").replace("== 7", "== 1")
    done = run([sys.executable, "-c", program, str(tmp_path / "out")])
    assert (done.returncode, done.stdout) == (0, "once\ntwice\n")
    assert "ValueError: broken" in (tmp_path / "out").read_text()
