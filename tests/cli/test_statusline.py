import json
import time

import httpx
import pytest

from tests.process import run
from tests.terminal import terminal
from tests.world import World, provider

STATUS = {
    "session_id": "11111111-1111-4111-8111-111111111111",
    "model": {"display_name": "Opus"},
    "workspace": {"current_dir": "/a/b c"},
}
PLAIN = {"NO_COLOR": "1", "USE_SIMPLE_ICONS": "true"}


def test_line_names_folder_and_model(world: World) -> None:
    done = world.run("statusline", text=json.dumps(STATUS), env=PLAIN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "b c Opus\n", "")


@pytest.mark.parametrize("text", ["", "garbage", "{", "\x00", "[]", "5", "[" * 100_000])
def test_garbage_gives_an_empty_line(world: World, text: str) -> None:
    done = world.run("statusline", text=text)
    assert (done.returncode, done.stdout) == (0, "\n")


@pytest.mark.parametrize("streams", ["<&-", ">&-", "<&- >&- 2>&-", "| true"])
def test_closed_streams_are_no_trouble(world: World, streams: str) -> None:
    line = f"{' '.join(world.ccr)} statusline {streams}; echo ${{PIPESTATUS[0]}} >&3"
    done = run(["bash", "-c", f"exec 3>&1; {line}"], env=world.env, text=json.dumps(STATUS))
    assert done.stdout.split()[-1] == "0"
    assert "Traceback" not in done.stderr


def test_unforeseen_failure_gives_an_empty_line(world: World) -> None:
    # A NUL in a path raises where nobody expects it.
    done = world.run("statusline", text=json.dumps({**STATUS, "transcript_path": "\x00"}))
    assert (done.returncode, done.stdout) == (0, "\n")
    assert "Traceback" not in done.stderr


def test_symbols_get_through_any_locale(world: World) -> None:
    done = world.run(
        "statusline", text=json.dumps(STATUS), env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    )
    assert done.returncode == 0
    assert "\U000f024b b c" in done.stdout


def test_running_service_tells_who_really_answers(world: World) -> None:
    with provider() as upstream:
        upstream.finish.set()
        world.configure(upstream.url, APIKEY="secret", Router={"default": "p,m"})
        started = world.run("start")
        assert started.returncode == 0, started.stderr
        head = {"x-api-key": "secret", "x-claude-code-session-id": STATUS["session_id"]}
        body = {"model": "claude-x", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        url = f"http://127.0.0.1:{world.port}/v1/messages"
        assert httpx.post(url, headers=head, json=body, trust_env=False, timeout=20).status_code == 200
        shown = ""
        for _ in range(20):
            # The router may take more than the 30 ms that the line waits for it.
            shown = world.run("statusline", text=json.dumps(STATUS), env=PLAIN).stdout
            if "default" in shown:
                break
    assert shown == "b c m -> default\n"


def test_configuration_file_can_be_named(world: World) -> None:
    other = world.root / "other.json"
    other.write_text('{"StatusLine": {"default": {"modules": [{"text": "mine"}]}}}')
    assert world.run("statusline", "--config", str(other), text="{}").stdout == "mine\n"
    assert world.run("statusline", f"--config={other}", text="{}").stdout == "mine\n"


def test_help_and_mistakes_are_explained(world: World) -> None:
    assert "Examples:" in world.run("statusline", "--help").stdout
    done = world.run("statusline", "--frob", text="{}")
    assert done.returncode == 1
    assert "--frob" in done.stderr


def test_person_at_a_terminal_is_told(world: World) -> None:
    with terminal([*world.ccr, "statusline"], env=world.env) as screen:
        screen.read_until("gives its status on stdin")
        assert screen.event() == "ended 0"


def test_line_is_quick(world: World) -> None:
    world.run("statusline", text=json.dumps(STATUS))
    times = []
    for _ in range(5):
        began = time.monotonic()
        world.run("statusline", text=json.dumps(STATUS), env={"PYTHONWARNINGS": ""})
        times.append(time.monotonic() - began)
    # 40 ms where nothing else runs; a shared machine gets some room.
    assert min(times) < 0.25
