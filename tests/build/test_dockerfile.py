"""The Dockerfile's parts, one by one, as there may be no Docker engine: what it copies, and what it starts."""

import json
import shutil
import signal
import socket
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests import process
from tests.source import ROOT
from tests.world import CCR, World, wait_for

TEXT = (ROOT / "build" / "Dockerfile").read_text(encoding="utf-8")
LINES = [line.partition(" ") for line in TEXT.splitlines() if line and line[0] != "#"]


def instruction(name: str) -> str:
    (found,) = [rest for word, _, rest in LINES if word == name]
    return found


def copied() -> list[str]:
    """Return the names of what is copied into the image."""
    return [name for word, _, rest in LINES if word == "COPY" for name in rest.split()[:-1]]


def command(text: str) -> list[str]:
    """Return a command in the form that is run without a shell."""
    found = json.loads(text[text.index("[") :])
    assert found[0] == "ccr"
    return [*CCR, *found[1:]]


@pytest.fixture
def world(tmp_path: Path, free_port: int) -> World:
    return World(tmp_path, port=free_port)


def test_context_holds_what_is_copied_and_no_more() -> None:
    ignored = (ROOT / "build" / "Dockerfile.dockerignore").read_text().splitlines()
    assert [line[1:] for line in ignored if line.startswith("!")] == copied()
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert any(fnmatch("ccr/__pycache__", line) for line in ignored)


def test_image_is_made_of_what_the_wheel_needs(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / "source" / name)
        else:
            shutil.copy(ROOT / name, tmp_path / "source")
    assert "pip install --no-cache-dir /source " in instruction("RUN")
    wheel = ["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(tmp_path / "source")]
    done = process.run([sys.executable, "-m", *wheel], seconds=120)
    assert done.returncode == 0, done.stderr


def test_container_serves_is_healthy_and_ends_at_once(world: World) -> None:
    assert instruction("ENV") == f"CCR_HOME={instruction('VOLUME')}"
    entry = json.loads(instruction("ENTRYPOINT"))
    start = command(json.dumps([*entry, *json.loads(instruction("CMD"))]))
    health = command(instruction("HEALTHCHECK"))
    world.configure(HOST="0.0.0.0", APIKEY="$CCR_APIKEY")
    env = {**world.env, "CCR_HOME": str(world.home.root), "CCR_APIKEY": "a-key"}
    assert process.run(health, env=env).returncode != 0
    with process.running(start, env=env) as child:
        wait_for(lambda: process.run(health, env=env).returncode == 0)
        # Another address than the one of this machine alone: what a published port needs.
        with socket.create_connection(("127.0.0.2", world.port), timeout=5):
            pass
        child.send_signal(signal.SIGTERM)
        assert f"ccr listens on http://127.0.0.1:{world.port}\n" in child.communicate(timeout=10)[0]
        assert child.returncode == 0


def test_container_is_not_root() -> None:
    assert f"useradd --create-home {instruction('USER')}" in instruction("RUN")
