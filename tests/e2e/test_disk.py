"""A disk that takes no more: what needs it says so and leaves everything as it was, all else goes on."""

import json
import subprocess

import pytest

from tests import process
from tests.cli.conftest import world
from tests.world import World

__all__ = ("world",)


def full(world: World, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `ccr` where files can be made, but not a byte can be written into them."""
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *world.ccr, *words]
    return process.run(limited, env={**world.env, **env})


def files(world: World) -> set[str]:
    """Return the files below the home, apart from locks, which are empty and stay."""
    found = {str(path.relative_to(world.home.root)) for path in world.home.root.rglob("*") if path.is_file()}
    return {name for name in found if "lock" not in name}


@pytest.mark.parametrize(
    "words",
    [["model", "set", "think", "p,m"], ["config", "edit"], ["preset", "export", "mine"]],
    ids=" ".join,
)
def test_what_has_to_write_says_so_and_loses_nothing(world: World, words: list[str]) -> None:
    path = world.configure()
    before, there = path.read_text(), files(world)
    editor = world.root / "bin" / "editor"
    editor.write_text('#!/bin/sh\necho "// more" >> "$1"\n')
    editor.chmod(0o755)
    done = full(world, *words, EDITOR=str(editor))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "write" in done.stderr or "written" in done.stderr
    assert "internal" not in done.stderr
    assert (path.read_text(), files(world)) == (before, there)
    assert not (world.home.presets / "mine").exists()


def test_claude_is_not_started_if_it_cannot_be_led_to_the_router(world: World) -> None:
    world.configure()
    world.install_claude("print('answered')")
    there = files(world)
    done = full(world, "code")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ccr: Claude Code's settings can be kept nowhere: ")
    assert done.stderr.count("\n") == 1
    assert files(world) == there


def test_service_runs_all_the_same(world: World) -> None:
    world.configure(Unknown=1)
    started = full(world, "start")
    assert started.returncode == 0, started.stderr
    assert world.status()["running"]
    told = full(world, "status", "--json")
    assert json.loads(told.stdout)["running"]
    assert full(world, "stop").returncode == 0
    assert not world.status()["running"]
