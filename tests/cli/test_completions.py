import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ccr.cli.completions import Shell, place
from tests.world import World

BASH = 'source "$1"; COMP_WORDS=(ccr {words}); COMP_CWORD={at}; _ccr; printf "%s\\n" "${{COMPREPLY[@]}}"'
CASES = [("sta", {"start", "status", "statusline"}), ("config ch", {"check"}), ("logs --err", {"--errors"})]


def installed(world: World, shell: Shell) -> Path:
    done = world.run("completions", shell, "--install")
    assert (done.returncode, done.stderr) == (0, "")
    path = place(shell, {"HOME": world.env["HOME"]})
    assert f"installed {path}\n" in done.stdout
    return path


def need(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not on the PATH")


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_bash_completes(world: World, words: str, expected: set[str]) -> None:
    path = installed(world, "bash")
    line = BASH.format(words=words, at=len(words.split()))
    done = subprocess.run(["bash", "-c", line, "-", str(path)], capture_output=True, text=True, timeout=20, check=False)
    assert done.stderr == ""
    assert expected <= set(done.stdout.split())


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_fish_completes(world: World, words: str, expected: set[str]) -> None:
    need("fish")
    path = installed(world, "fish")
    command = ["fish", "--no-config", "-c", f"source {path}; complete -C 'ccr {words}'"]
    env = {**os.environ, "HOME": world.env["HOME"]}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20, check=False)
    assert done.stderr == ""
    assert expected <= {line.split("\t")[0] for line in done.stdout.splitlines()}


def test_zsh_takes_the_script(world: World) -> None:
    need("zsh")
    path = installed(world, "zsh")
    line = (
        f"fpath=({path.parent} $fpath); autoload -Uz compinit; compinit -D -u; print -- $_comps[ccr]; autoload +X _ccr"
    )
    env = {**os.environ, "HOME": world.env["HOME"]}
    done = subprocess.run(["zsh", "-f", "-c", line], env=env, capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.stderr) == ("_ccr\n", "")


def test_script_goes_to_stdout(world: World) -> None:
    done = world.run("completions", "bash")
    assert "complete" in done.stdout
    assert done.returncode == 0


def test_unwritable_place_is_told(world: World) -> None:
    (Path(world.env["HOME"]) / ".zfunc").write_text("")
    done = world.run("completions", "zsh", "--install")
    assert done.returncode == 1
    assert "can't write" in done.stderr
