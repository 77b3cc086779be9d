"""`ccr code`, through the real command, with a made-up `claude`."""

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ccr.run.environment import REMOVED
from tests.terminal import terminal
from tests.world import World

ASK = """
import json, os, sys, urllib.request
url = os.environ["ANTHROPIC_BASE_URL"]
health = json.load(urllib.request.urlopen(url + "/health", timeout=10))
print(json.dumps({"url": url, "role": health["role"], "hash": health["config_hash"]}), flush=True)
if "wait" in sys.argv:
    sys.stdin.readline()
"""
"""A `claude` that asks its router who it is."""

SLEEP = "import sys, time; print('ready', flush=True); time.sleep(30)"


def test_arguments_arrive_verbatim(world: World) -> None:
    world.configure()
    world.install_claude()
    words = [
        "-p",
        "Say $HOME `id` \"x\" 'y'",
        "--no-color",
        "--allowedTools",
        "A",
        "--allowedTools",
        "B",
        "",
        "--",
        "-v",
    ]
    done = world.run("code", *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    option, path, *rest = world.dumped()["argv"]
    assert (option, rest) == ("--settings", words)
    assert not Path(path).exists()


def test_own_options_end_at_the_first_foreign_word(world: World) -> None:
    world.configure().rename(world.root / "other.json")
    world.install_claude()
    other = str(world.root / "other.json")
    assert world.run("--config", other, "code", "-p", "--config", "theirs").returncode == 0
    assert world.dumped()["argv"][2:] == ["-p", "--config", "theirs"]
    assert world.run("code", f"--ccr-config={other}", "-p", "--port", "1").returncode == 0
    assert world.dumped()["argv"][2:] == ["-p", "--port", "1"]


def test_help_and_version_are_claude_s(world: World) -> None:
    world.configure()
    world.install_claude()
    for word in ("--help", "-h", "--version", "-v"):
        assert world.run("code", word).stdout == ""
        assert world.dumped()["argv"][2:] == [word]


def test_polluted_environment_is_cleaned(world: World) -> None:
    world.configure(APIKEY="router-key")
    world.install_claude()
    polluted = dict.fromkeys(REMOVED, "1") | {"ANTHROPIC_BASE_URL": "https://elsewhere.example", "NO_PROXY": "corp"}
    assert world.run("code", env=polluted).returncode == 0
    env = world.dumped()["env"]
    assert not set(REMOVED) & set(env)
    assert env["ANTHROPIC_AUTH_TOKEN"] == "router-key"
    assert env["ANTHROPIC_BASE_URL"].startswith("http://127.0.0.1:")
    assert env["NO_PROXY"] == "corp,127.0.0.1,localhost,::1"


def test_settings_repeat_the_environment_in_a_private_file(world: World) -> None:
    program = """
import json, os, sys
path = sys.argv[2]
print(json.dumps([os.stat(path).st_mode, json.load(open(path))]))
print(os.environ["ANTHROPIC_BASE_URL"])
"""
    world.configure(StatusLine={"enabled": True})
    world.install_claude(program)
    first, url = world.run("code").stdout.splitlines()
    mode, settings = json.loads(first)
    assert stat.S_IMODE(mode) == 0o600
    assert settings["env"]["ANTHROPIC_BASE_URL"] == url
    assert settings["env"]["CLAUDE_CODE_USE_BEDROCK"] == ""
    assert settings["statusLine"]["command"].endswith("ccr statusline")


def test_piped_prompt_reaches_claude(world: World) -> None:
    world.install_claude()
    for is_non_interactive in (False, True):
        world.configure(NON_INTERACTIVE_MODE=is_non_interactive)
        assert world.run("code", "-p", text="echo hi").returncode == 0
        assert world.dumped()["stdin"] == "echo hi"


def test_closed_stdin_harms_nothing(world: World) -> None:
    world.configure()
    world.install_claude()
    done = world.run("code", "-p", "hi")
    assert done.returncode == 0
    command = " ".join(world.ccr)
    with terminal(["sh", "-c", f"{command} code -p <&- ; {command} code -p >&- 2>&-"], env=world.env) as screen:
        assert screen.event(seconds=20) == "ended 0"


def test_non_interactive_mode_takes_the_terminal_away(world: World) -> None:
    world.configure(NON_INTERACTIVE_MODE=True)
    world.install_claude("import os, sys; print('tty', os.isatty(0), repr(sys.stdin.read()), os.environ['CI'])")
    with terminal([*world.ccr, "code"], env=world.env) as screen:
        screen.read_until("tty False '' true")
        assert screen.event() == "ended 0"


def test_interactive_claude_has_the_terminal(world: World) -> None:
    world.configure()
    world.install_claude("import os; print('tty', os.isatty(0), input())")
    with terminal([*world.ccr, "code"], env=world.env) as screen:
        screen.type(b"typed\n")
        screen.read_until("tty True typed")
        assert screen.event() == "ended 0"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("raise SystemExit(42)", 42),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143),
    ],
    ids=["code", "SIGKILL", "SIGTERM"],
)
def test_exit_code_is_claude_s(world: World, program: str, expected: int) -> None:
    world.configure()
    world.install_claude(program)
    assert world.run("code").returncode == expected


def test_session_serves_for_itself(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    told = json.loads(world.run("code").stdout)
    assert (told["role"], told["url"] == f"http://127.0.0.1:{world.port}") == ("session", False)
    assert world.status()["running"] is False


def test_session_uses_a_service_with_the_same_configuration(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    world.run("start")
    pid = world.status()["pid"]
    told = json.loads(world.run("code").stdout)
    assert (told["role"], told["url"]) == ("service", f"http://127.0.0.1:{world.port}")
    assert world.status()["pid"] == pid


def test_session_with_another_configuration_serves_for_itself(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    world.run("start")
    other = world.root / "other.json"
    other.write_text(world.home.config.read_text().replace("{", '{"API_TIMEOUT_MS": 5, ', 1))
    assert json.loads(world.run("--config", str(other), "code").stdout)["role"] == "session"


def test_session_with_a_route_of_its_own_uses_the_service(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    world.run("start")
    assert json.loads(world.run("code", "--route", "think=p,m").stdout)["role"] == "service"


def test_session_serves_on_the_port_that_was_asked_for(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    told = json.loads(world.run("code", "--port", str(world.port)).stdout)
    assert told == {**told, "role": "session", "url": f"http://127.0.0.1:{world.port}"}


def test_session_follows_the_configuration(world: World) -> None:
    program = (
        ASK
        + """
before = health["config_hash"]
deadline = __import__("time").monotonic() + 10
while before == json.load(urllib.request.urlopen(url + "/health", timeout=10))["config_hash"]:
    assert __import__("time").monotonic() < deadline
print("followed", flush=True)
"""
    )
    world.configure()
    world.install_claude(program)
    with world.running("code") as session:
        assert session.stdout
        session.stdout.readline()
        world.configure(API_TIMEOUT_MS=77)
        assert session.stdout.readline() == "followed\n"


def test_many_sessions_at_once_all_work(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: world.run("code", "-p", seconds=60), range(8)))
    assert [run.returncode for run in runs] == [0] * 8
    assert len({run.stdout for run in runs}) == 8


def test_end_of_one_session_leaves_the_others(world: World) -> None:
    world.configure()
    world.install_claude(ASK)
    with world.running("code", "wait") as one, world.running("code", "wait") as two:
        output(one)
        told = json.loads(output(two))
        end_input(one)
        assert one.wait(10) == 0
        with urllib.request.urlopen(f"{told['url']}/health", timeout=5) as answer:
            assert answer.status == 200
        end_input(two)
        assert two.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_claude_and_leaves_nothing(world: World, number: signal.Signals) -> None:
    world.configure()
    world.install_claude(SLEEP)
    with world.running("code") as session:
        assert session.stdout
        session.stdout.readline()
        assert [path.name for path in world.home.run.glob("claude-*")] != []
        session.send_signal(number)
        assert session.wait(10) == 128 + number
    assert list(world.home.run.glob("claude-*")) == []


def test_signal_while_the_server_is_being_imported_is_not_lost(world: World) -> None:
    world.configure()
    world.install_claude("import os, signal, time; os.kill(os.getppid(), signal.SIGTERM); time.sleep(30)")
    assert world.run("code").returncode == 128 + signal.SIGTERM


def test_no_provider_is_told_before_anything_starts(world: World) -> None:
    world.install_claude()
    done = world.run("code", "-p", "hi")
    assert done.returncode == 1
    assert str(world.home.config) in done.stderr
    assert '"Providers"' in done.stderr
    assert not (world.root / "dump.json").exists()


def test_missing_claude_is_told_with_127(world: World) -> None:
    world.configure()
    done = world.run("code", env={"PATH": "/nowhere"})
    assert (done.returncode, "npm install -g @anthropic-ai/claude-code" in done.stderr) == (127, True)


def test_claude_path_of_the_configuration_is_used(world: World) -> None:
    path = world.install_claude().rename(world.root / "my claude")
    world.configure(CLAUDE_PATH=str(path))
    assert world.run("code", "x").returncode == 0
    assert world.dumped()["argv"][2:] == ["x"]


def test_home_that_cannot_be_written_is_no_hindrance(world: World) -> None:
    config = world.configure().rename(world.root / "config.json")
    world.install_claude(ASK)
    done = world.run("code", "--config", str(config), env={"CCR_HOME": str(config / "home")})
    assert (done.returncode, json.loads(done.stdout)["role"]) == (0, "session")


def test_problems_are_told_to_a_person_only(world: World) -> None:
    world.configure(Unknown=1)
    world.install_claude()
    assert world.run("code").stderr == ""
    with terminal([*world.ccr, "code"], env=world.env) as screen:
        screen.read_until("Unknown")
        assert screen.event() == "ended 0"


def test_ctrl_z_and_ctrl_c_behave_as_if_claude_ran_alone(world: World) -> None:
    program = """
import os, select, signal, sys
signal.signal(signal.SIGINT, lambda *_: os.write(1, b"interrupted\\n"))
signal.signal(signal.SIGCONT, lambda *_: os.write(1, b"continued\\n"))
os.write(1, b"ready\\n")
# A signal right before a read would be noticed only after it, so none lasts.
while not select.select([0], [], [], 0.1)[0] or sys.stdin.readline().strip() != "quit": pass
sys.exit(5)
"""
    world.configure()
    world.install_claude(program)
    with terminal([*world.ccr, "code"], env=world.env) as screen:
        screen.read_until("ready")
        screen.type(b"\x1a")
        assert screen.event() == "stopped"
        screen.resume()
        screen.read_until("continued")
        screen.type(b"\x03")
        screen.read_until("interrupted")
        screen.type(b"quit\n")
        assert screen.event() == "ended 5"


def test_nothing_of_ours_stays_after_the_end(world: World) -> None:
    world.configure()
    world.install_claude()
    world.run("code")
    command = os.fsencode(sys.executable) + b"\0-m\0ccr\0code"
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if command in _read(path) and _env(path, world)]
    assert left == []


def output(session: subprocess.Popen[str]) -> str:
    """Return the next line that a session printed."""
    assert session.stdout
    return session.stdout.readline()


def end_input(session: subprocess.Popen[str]) -> None:
    assert session.stdin
    session.stdin.close()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _env(path: Path, world: World) -> bool:
    return os.fsencode(str(world.root)) in _read(path.with_name("environ"))
