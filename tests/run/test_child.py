import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.run.child import spawn
from tests.process import run, running
from tests.terminal import terminal

DRIVER = """
import os, sys
from ccr.run import signals, terminal
from ccr.run.child import spawn
with signals.relayed() as relay, terminal.kept():
    child = spawn(sys.argv[1:], env=os.environ)
    relay.connect(child.send)
    code = child.wait()
sys.exit(code)
"""
"""What `ccr code` does with its child, and nothing else."""


def driven(program: str) -> list[str]:
    return [sys.executable, "-c", DRIVER, sys.executable, "-c", program]


TELLS_SIGNALS = """
import select, signal, sys, os
def tell(number, frame):
    os.write(1, f"got {signal.Signals(number).name}\\n".encode())
    if number == signal.SIGTERM: sys.exit(7)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH, signal.SIGQUIT, signal.SIGCONT):
    signal.signal(number, tell)
os.write(1, b"ready\\n")
stdin = open(0, "rb", buffering=0)
while True:
    # A signal right before a read would be noticed only after it, so none lasts.
    while not select.select([0], [], [], 0.1)[0]: pass
    line = stdin.readline().decode()
    os.write(1, f"read {line!r} {os.get_terminal_size(0) if os.isatty(0) else ''}\\n".encode())
    if line.strip() == "quit": sys.exit(3)
    if not line: sys.exit(4)
    if line.strip() == "stop": os.kill(os.getpid(), signal.SIGSTOP)
    if line.strip() == "tstp": os.kill(0, signal.SIGTSTP)
"""


def test_exit_code_is_the_child_s() -> None:
    assert spawn([sys.executable, "-c", "raise SystemExit(42)"], env=os.environ).wait() == 42


def test_death_by_a_signal_is_told_as_a_shell_does() -> None:
    child = spawn([sys.executable, "-c", "import os,signal;os.kill(os.getpid(), signal.SIGKILL)"], env=os.environ)
    assert child.wait() == 128 + signal.SIGKILL
    assert not child.is_running
    child.send(signal.SIGTERM)


def test_child_that_ignores_the_request_to_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccr.run.child.END_SECONDS", 0.05)
    program = "import signal,sys;signal.signal(15, signal.SIG_IGN);print(flush=True);signal.pause()"
    child = spawn([sys.executable, "-c", program], env=os.environ)
    timer = threading.Timer(0.2, child.terminate)
    timer.start()
    assert child.wait() == 128 + signal.SIGKILL
    timer.join()


def test_program_without_its_interpreter_gives_127(tmp_path: Path) -> None:
    script = tmp_path / "claude"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(CommandError, match="interpreter") as caught:
        spawn([str(script)], env={})
    assert caught.value.code == 127


def test_program_that_is_none_gives_126(tmp_path: Path) -> None:
    script = tmp_path / "claude"
    script.write_bytes(b"\x00")
    script.chmod(0o755)
    with pytest.raises(CommandError, match="can't start") as caught:
        spawn([str(script)], env={})
    assert caught.value.code == 126


def test_arguments_and_input_arrive_as_they_are() -> None:
    words = ["$HOME", "`id`", "a b", "", "--x=ü\n", "*", 'quo"te']
    program = "import sys;print(sys.argv[1:], sys.stdin.read())"
    done = run([*driven(program), *words], text="from the pipe")
    assert done.stdout == f"{words} from the pipe\n"


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGTERM, 7), (signal.SIGHUP, 3), (signal.SIGINT, 3)])
def test_signal_to_us_goes_to_the_child(number: signal.Signals, expected: int) -> None:
    with running(driven(TELLS_SIGNALS)) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        process.send_signal(number)
        assert process.stdout.readline() == f"got {number.name}\n"
        if expected == 3:
            process.stdin.write("quit\n")
            process.stdin.flush()
        assert process.wait(10) == expected


def test_signal_that_is_ignored_from_the_start_stays_ignored() -> None:
    with running(["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *driven(TELLS_SIGNALS)]) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        process.stdin.write("quit\n")
        process.stdin.flush()
        assert process.stdout.readline() == "read 'quit\\n' \n"


def test_ctrl_c_reaches_the_child_once_and_does_not_end_us() -> None:
    with terminal(driven(TELLS_SIGNALS)) as screen:
        screen.read_until("ready")
        screen.type(b"\x03")
        screen.read_until("got SIGINT")
        screen.type(b"\x1c")
        screen.read_until("got SIGQUIT")
        screen.type(b"quit\n")
        assert "SIGINT" not in screen.read_until("read 'quit\\n'")
        assert screen.event() == "ended 3"


def test_ctrl_z_stops_and_fg_goes_on() -> None:
    with terminal(driven(TELLS_SIGNALS)) as screen:
        screen.read_until("ready")
        for _ in range(3):
            screen.type(b"\x1a")
            assert screen.event() == "stopped"
            screen.resume()
            screen.read_until("got SIGCONT")
        screen.type(b"quit\n")
        assert screen.event() == "ended 3"


@pytest.mark.parametrize("word", ["stop", "tstp"])
def test_child_that_stops_itself_gives_the_shell_its_terminal_back(word: str) -> None:
    with terminal(driven(TELLS_SIGNALS)) as screen:
        screen.read_until("ready")
        for _ in range(3):
            screen.type(f"{word}\n".encode())
            assert screen.event() == "stopped"
            screen.resume()
            screen.read_until("got SIGCONT")
        screen.type(b"quit\n")
        assert screen.event() == "ended 3"


def test_resize_reaches_the_child() -> None:
    with terminal(driven(TELLS_SIGNALS)) as screen:
        screen.read_until("ready")
        screen.resize(31, 97)
        screen.read_until("got SIGWINCH")
        screen.type(b"\n")
        screen.read_until("columns=97, lines=31")


def test_terminal_is_put_back_when_the_child_is_killed() -> None:
    program = "import tty,os,signal;tty.setraw(0);os.write(1,b'raw');signal.pause()"
    with terminal([*driven(program)]) as screen:
        screen.read_until("raw")
        assert screen.is_raw
        pid = _child_of_session(program)
        os.kill(pid, signal.SIGKILL)
        assert screen.event() == f"ended {128 + signal.SIGKILL}"
        assert not screen.is_raw


def _child_of_session(program: str) -> int:
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            words = Path("/proc", entry, "cmdline").read_bytes().split(b"\0")
            if words[1:3] == [b"-c", program.encode()]:
                return int(entry)
    raise AssertionError("the child is not there")


def test_silent_child_has_no_terminal_for_input() -> None:
    driver = DRIVER.replace("env=os.environ", "env=os.environ, silent=True")
    program = "import sys;print('stdin', sys.stdin.isatty(), repr(sys.stdin.read()), sys.stdout.isatty())"
    with terminal([sys.executable, "-c", driver, sys.executable, "-c", program]) as screen:
        screen.read_until("stdin False '' True")
        assert screen.event() == "ended 0"


def test_silent_child_reads_a_pipe() -> None:
    driver = DRIVER.replace("env=os.environ", "env=os.environ, silent=True")
    done = run([sys.executable, "-c", driver, "cat"], text="a prompt")
    assert done.stdout == "a prompt"


def test_standard_streams_of_the_child_are_ours() -> None:
    done = subprocess.run(
        driven("import sys;print('out');print('err', file=sys.stderr)"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("out\n", "err\n")
