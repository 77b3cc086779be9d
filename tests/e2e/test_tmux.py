"""The commands that talk to a person, in a real terminal: what is seen, and that Ctrl-C leaves nothing behind."""

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyjson5
import pytest

from ccr.store.template import templates
from tests.e2e.client import BINARY, needs_binary
from tests.e2e.tmux import Screen, needs_tmux, screen
from tests.vendor import Answer, Request, Vendor, chat_reply, vendor
from tests.world import CCR, World

pytestmark = needs_tmux

CLAUDE = """
import json, os, sys, termios, tty, urllib.request
before = termios.tcgetattr(0)
tty.setraw(0)
base = os.environ["ANTHROPIC_BASE_URL"]
body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
asked = urllib.request.Request(base + "/v1/messages", json.dumps(body).encode(), {"content-type": "application/json"})
sys.stdout.write("it says: " + json.load(urllib.request.urlopen(asked, timeout=20))["content"][0]["text"] + "\\r\\n")
sys.stdout.flush()
while (key := os.read(0, 1)) != b"q":
    sys.stdout.write("key %r\\r\\n" % key)
    sys.stdout.flush()
if "crash" in sys.argv:
    os.kill(os.getpid(), 9)
termios.tcsetattr(0, termios.TCSANOW, before)
sys.exit(3)
"""
"""A `claude` that takes the keys itself, as the real one does; with `crash` it dies without giving them back."""


PASSING = re.compile(r"/(claude-[0-9]|_MEI|\.new-|\.config\.edit-)")
"""Files that are there for as long as a command runs."""


class Desk:
    """A machine, a terminal on it, and a provider that answers at once or, with `hangs`, not."""

    def __init__(self, world: World, shell: Screen, provider: Vendor, hangs: threading.Event) -> None:
        self.world = world
        self.shell = shell
        self.provider = provider
        self.hangs = hangs

    def configure(self) -> Path:
        """Write a configuration with two models and a comment."""
        entry = {"name": "p", "api_base_url": f"{self.provider.url}/v1", "models": ["a", "b"]}
        text = json.dumps({"PORT": self.world.port, "Providers": [entry], "Router": {"default": "p,a"}})
        self.world.home.config.parent.mkdir(parents=True, exist_ok=True)
        self.world.home.config.write_text(f"// mine\n{text}\n")
        return self.world.home.config

    def config(self) -> dict[str, object]:
        """Return what the file holds."""
        found: dict[str, object] = pyjson5.decode(self.world.home.config.read_text())
        return found

    def files(self) -> dict[str, bytes]:
        """Return all files of the user and of the temporary folder, apart from logs and locks."""
        folders = (self.world.root / "home", self.world.root / "tmp")
        paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        passing = ("logs", ".cache")  # the executable unpacks itself into the latter
        kept = [path for path in paths if not set(passing) & set(path.parts) and "lock" not in path.name]
        return {str(path): path.read_bytes() for path in kept}

    def processes(self) -> list[str]:
        """Return the command lines of what runs in this world besides the shell."""
        mark = os.fsencode(f"CCR_DESK={self.world.root}")
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [line for line in found if line and not line.startswith(("bash", "tmux", "/usr/bin/tmux"))]


@pytest.fixture(params=[CCR, pytest.param([str(BINARY)], marks=needs_binary)], ids=["source", "binary"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, free_port: int) -> Iterator[Desk]:
    world = World(tmp_path, port=free_port, ccr=request.param)
    command = world.root / "bin" / "ccr"
    command.write_text(f'#!/bin/sh\nexec {" ".join(world.ccr)} "$@"\n')
    command.chmod(0o755)
    (world.root / "tmp").mkdir()
    env = {**world.env, "TMPDIR": str(world.root / "tmp"), "CCR_DESK": str(world.root), "PYTHONPATH": os.getcwd()}
    hangs, over = threading.Event(), threading.Event()

    def answer(asked: Request) -> Answer:
        if hangs.is_set():
            over.wait(30)
        return chat_reply(asked.body, "I am here") if asked.body else (200, {"data": [{"id": "a"}, {"id": "b"}]})

    with vendor(answer) as provider, screen(tmp_path, env) as shell:
        try:
            yield Desk(world, shell, provider, hangs)
        finally:
            over.set()
            world.end()


def test_newcomer_gets_from_nothing_to_a_session(desk: Desk) -> None:
    desk.world.install_claude(CLAUDE)
    shell, before = desk.shell, desk.shell.settings()
    shell.run("ccr setup")
    shell.answer("Providers, such as 1 3:", str(len(templates()) + 1))
    shell.answer("https://llm.example.com/v1:", f"{desk.provider.url}/v1")
    shell.answer("Name [local]:", "mine")
    shell.answer("Where is the key [1]:", "1")
    shell.answer("Key:", "sk-secret-0123456789")
    shell.wait_for("it has a, b")
    assert "sk-secret" not in shell.shown()
    shell.answer("[a]:", "a,b")
    shell.answer("whether it works? [Y/n]:", "")
    shell.wait_for("every model answers")
    for route in ("default", "background", "think", "longContext"):
        shell.answer(f"({route}) [1]:", "1")
    shell.answer("[Y/n]:", "y")
    shell.wait_for("`ccr code` runs Claude Code")
    shell.wait_for_prompt()
    shell.run("ccr code; echo it ended with $?")
    shell.wait_for("it says: I am here")
    shell.press("C-c", "q")
    shell.wait_for("it ended with 3")
    assert "key b'\\x03'" in shell.shown()
    shell.run("ccr logs")
    shell.wait_for("200  mine,a  default")
    shell.wait_for_prompt()
    assert shell.settings() == before
    assert desk.processes() == []


def test_models_are_chosen_from_lists(desk: Desk) -> None:
    desk.configure()
    shell, before = desk.shell, desk.shell.settings()
    shell.run("ccr model")
    shell.wait_for("> done")
    shell.press("Down", "Down", "Down", "Enter")
    shell.wait_for("Model for think")
    shell.press("b", "Enter")
    shell.wait_for("think        p,b")
    shell.wait_for("> done")
    shell.press("Enter")
    shell.wait_for_prompt()
    assert shell.settings() == before
    assert desk.config()["Router"] == {"default": "p,a", "think": "p,b"}
    assert desk.world.home.config.read_text().startswith("// mine\n")


def test_provider_is_looked_at_and_added(desk: Desk) -> None:
    desk.configure()
    shell = desk.shell
    shell.run(f"ccr add {desk.provider.url}/v1 --name second")
    shell.wait_for("openai_chat")
    shell.wait_for_prompt()
    providers = desk.config()["Providers"]
    assert isinstance(providers, list)
    assert [one["name"] for one in providers] == ["p", "second"]


def test_terminal_is_sane_after_a_claude_that_died(desk: Desk) -> None:
    desk.configure()
    desk.world.install_claude(CLAUDE)
    shell, before = desk.shell, desk.shell.settings()
    shell.run("ccr code crash; echo it ended with $?")
    shell.wait_for("it says: I am here")
    shell.press("q")
    shell.wait_for("it ended with 137")
    assert shell.settings() == before
    assert desk.processes() == []


def setup_at(*answers: tuple[str, str], question: str) -> Callable[[Desk], None]:
    """Return what leads to a question of the wizard."""

    def begin(desk: Desk) -> None:
        desk.shell.run("ccr setup")
        for asked, text in answers:
            desk.shell.answer(asked, text.format(url=desk.provider.url))
        desk.shell.wait_for(question)

    return begin


ADDRESS = (("such as 1 3:", str(len(templates()) + 1)), ("example.com/v1:", "{url}/v1"), ("[local]:", ""))
KEYLESS = (("[1]:", "5"),)


def model_list(desk: Desk) -> None:
    desk.configure()
    desk.shell.run("ccr model")
    desk.shell.wait_for("> done")


def new_provider(desk: Desk) -> None:
    model_list(desk)
    desk.shell.press("n", "e", "w", "Enter")
    desk.shell.wait_for("Name of the provider:")


def hanging_add(desk: Desk) -> None:
    desk.configure()
    desk.hangs.set()
    desk.shell.run(f"ccr add {desk.provider.url}/v1 --name slow --key k")
    desk.shell.wait_until(lambda: bool(desk.provider.seen), "a request")


def hanging_test(desk: Desk) -> None:
    desk.configure()
    desk.hangs.set()
    desk.shell.run("ccr test")
    desk.shell.wait_until(lambda: bool(desk.provider.seen), "a request")


def followed_log(desk: Desk) -> None:
    desk.configure()
    desk.shell.run("ccr logs -f")
    time.sleep(1)


def preset_question(desk: Desk) -> None:
    folder = desk.world.root / "asking"
    folder.mkdir()
    question = {"id": "key", "type": "password", "label": "Secret"}
    (folder / "manifest.json").write_text(json.dumps({"name": "asking", "schema": [question]}))
    desk.shell.run(f"ccr install {folder}")
    desk.shell.wait_for("Secret")


def hanging_session(desk: Desk) -> None:
    desk.configure()
    desk.world.install_claude("import time\nprint('waiting', flush=True)\ntime.sleep(30)")
    desk.shell.run("ccr code")
    desk.shell.wait_for("waiting")


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(setup_at(question="such as 1 3:"), id="setup"),
        pytest.param(setup_at(*ADDRESS[:1], question="example.com/v1:"), id="setup: address"),
        pytest.param(setup_at(*ADDRESS, question="Where is the key"), id="setup: where"),
        pytest.param(setup_at(*ADDRESS, ("[1]:", "1"), question="Key:"), id="setup: key"),
        pytest.param(setup_at(*ADDRESS, *KEYLESS, question="[a]:"), id="setup: models"),
        pytest.param(
            setup_at(*ADDRESS, ("[1]:", "5"), ("[a]:", ""), ("[Y/n]:", ""), question="Write"), id="setup: write"
        ),
        model_list,
        new_provider,
        hanging_add,
        hanging_test,
        followed_log,
        preset_question,
        hanging_session,
    ],
    ids=lambda begin: begin.__name__,
)
def test_ctrl_c_leaves_nothing_behind(desk: Desk, begin: Callable[[Desk], None]) -> None:
    before = desk.shell.settings()
    begin(desk)
    there = {path: data for path, data in desk.files().items() if not PASSING.search(path)}
    desk.shell.press("C-c")
    desk.shell.wait_for_prompt()
    desk.shell.run("echo it ended with $?")
    desk.shell.wait_for("it ended with 130")
    assert desk.shell.settings() == before
    desk.shell.wait_until(lambda: desk.processes() == [], "the end of all processes")
    assert desk.files() == there
    assert "Traceback" not in desk.shell.shown()
