"""The npm packages: what they are for, and that the launcher is as good as the executable itself."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccr.version import VERSION
from tests import process
from tests.build import release
from tests.build.registry import manifest, registry
from tests.source import ROOT
from tests.terminal import terminal

NAME = "@owner/ccr"
PLATFORMS = ("linux-x64", "linux-arm64", "linux-x64-musl", "macos-arm64", "macos-x64", "windows-x64")
HERE = f"linux-{ {'x86_64': 'x64', 'aarch64': 'arm64'}.get(os.uname().machine, os.uname().machine) }"

PROGRAM = """#!/bin/sh
case $1 in
  arguments) shift; printf '%s\\n' "$@" ;;
  stdin) cat ;;
  exit) exit "$2" ;;
  die) kill -"$2" $$ ;;
  wait)
    for name in TERM INT HUP QUIT; do trap "echo $name; got=x" $name; done
    trap 'echo awake' CONT
    echo ready
    # `wait` is interrupted at once, so that a second signal is not taken for the first.
    while [ -z "$got" ] && [ $((i += 1)) -lt 100 ]; do sleep 0.1 & wait $!; done
    sleep 0.3 & wait $!
    echo done ;;
esac
"""
"""Stands for the executable."""

pytestmark = pytest.mark.skipif(not shutil.which("npm"), reason="npm is not on the PATH")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("npm")


@pytest.fixture(scope="module")
def packed(folder: Path) -> list[Path]:
    """Return the packages, the main one first."""
    for platform in PLATFORMS:
        release.release(folder / "dist", program=PROGRAM, platform=platform)
    words = [str(folder / "dist"), str(folder / "out"), "--name", NAME, "--repository", "https://example.com/o/r"]
    made = process.run([sys.executable, str(ROOT / "build" / "npm" / "packages.py"), *words])
    assert made.returncode == 0, made.stderr
    assert made.stdout.split() == [*sorted(f"{NAME}-{platform}" for platform in PLATFORMS), NAME]
    (folder / "packed").mkdir()
    for one in (folder / "out").iterdir():
        npm("pack", str(one), "--pack-destination", str(folder / "packed"), folder=folder)
    return sorted((folder / "packed").iterdir())


@pytest.fixture(scope="module")
def ccr(folder: Path, packed: list[Path]) -> str:
    """Return the command that npm has installed from the packed files alone."""
    with registry(packed) as address:
        npm("install", "--global", "--prefix", str(folder / "prefix"), f"--registry={address}", NAME, folder=folder)
    return str(folder / "prefix" / "bin" / "ccr")


def npm(*words: str, folder: Path, program: str = "npm") -> "subprocess.CompletedProcess[str]":
    """Run npm with a home of its own; it must succeed."""
    env = {"HOME": str(folder), "npm_config_cache": str(folder / "cache"), "npm_config_update_notifier": "false"}
    done = process.run([program, *words], env=env, seconds=120)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize(
    ("platform", "fits"),
    [
        ("linux-x64", {"os": ["linux"], "cpu": ["x64"], "libc": ["glibc"]}),
        ("linux-x64-musl", {"os": ["linux"], "cpu": ["x64"], "libc": ["musl"]}),
        ("macos-arm64", {"os": ["darwin"], "cpu": ["arm64"]}),
        ("windows-x64", {"os": ["win32"], "cpu": ["x64", "arm64"]}),
    ],
)
def test_package_says_which_machines_it_is_for(packed: list[Path], platform: str, fits: dict[str, Any]) -> None:
    found = next(one for one in map(manifest, packed) if one["name"] == f"{NAME}-{platform}")
    assert {key: found[key] for key in ("os", "cpu", "libc") if key in found} == fits
    assert found["version"] == VERSION
    assert found["repository"]["url"] == "git+https://example.com/o/r.git"


def test_no_package_runs_anything_when_it_is_installed(packed: list[Path]) -> None:
    assert len(packed) == len(PLATFORMS) + 1
    assert [one["name"] for one in map(manifest, packed) if "scripts" in one] == []


def test_main_package_depends_on_all_others(packed: list[Path]) -> None:
    found = next(one for one in map(manifest, packed) if one["name"] == NAME)
    assert found["optionalDependencies"] == {f"{NAME}-{platform}": VERSION for platform in PLATFORMS}


def test_npm_installs_the_package_of_this_machine_alone(folder: Path, ccr: str) -> None:
    assert Path(ccr).exists()
    found = {json.loads(one.read_text())["name"] for one in (folder / "prefix").rglob("package.json")}
    assert found == {NAME, f"{NAME}-{HERE}"}


def test_npx_starts_it_in_one_line(folder: Path, packed: list[Path]) -> None:
    with registry(packed) as address:
        done = npm("--yes", f"--registry={address}", NAME, "arguments", "start", folder=folder, program="npx")
    assert done.stdout == "start\n"


def test_bunx_starts_it_in_one_line(folder: Path, packed: list[Path]) -> None:
    if not shutil.which("bunx"):
        pytest.skip("bunx is not on the PATH")
    with registry(packed) as address:
        env = {"HOME": str(folder), "npm_config_registry": address, "BUN_INSTALL_CACHE_DIR": str(folder / "bun")}
        done = process.run(["bunx", NAME, "arguments", "start"], env={**env, "TMPDIR": str(folder)}, seconds=60)
    assert (done.stdout, done.returncode) == ("start\n", 0), done.stderr


def test_packed_files_install_without_a_registry(tmp_path: Path, packed: list[Path]) -> None:
    wanted = (NAME, f"{NAME}-{HERE}")
    files = [str(path) for path in packed if manifest(path)["name"] in wanted]
    npm("install", "--offline", "--prefix", str(tmp_path), *files, folder=tmp_path)
    assert process.run([str(tmp_path / "node_modules" / ".bin" / "ccr"), "arguments", "x"]).stdout == "x\n"


def test_arguments_arrive_as_they_are(ccr: str) -> None:
    words = ["-p", "a b", "", "$HOME", "*", 'quo"te', "ü"]
    assert process.run([ccr, "arguments", *words]).stdout == "".join(f"{word}\n" for word in words)


def test_stdin_arrives_whole(ccr: str) -> None:
    text = "x" * 200_000
    assert process.run([ccr, "stdin"], text=text).stdout == text


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_code_is_kept(ccr: str, code: int) -> None:
    assert process.run([ccr, "exit", str(code)]).returncode == code


@pytest.mark.parametrize("name", ["TERM", "KILL", "HUP"])
def test_end_by_a_signal_is_kept(ccr: str, name: str) -> None:
    assert process.run([ccr, "die", name]).returncode == -signal.Signals[f"SIG{name}"]


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "QUIT"])
def test_signal_is_passed_on_once(ccr: str, name: str) -> None:
    with process.running([ccr, "wait"]) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.Signals[f"SIG{name}"])
        assert child.communicate(timeout=20)[0] == f"{name}\ndone\n"
        assert child.returncode == 0


def test_interrupt_of_a_terminal_comes_once(ccr: str) -> None:
    with terminal([ccr, "wait"]) as screen:
        screen.read_until("ready")
        screen.type(b"\x03")
        assert screen.read_until("done").count("INT") == 1
        assert screen.event() == "ended 0"


def test_stop_and_continue_at_a_terminal(ccr: str) -> None:
    with terminal([ccr, "wait"]) as screen:
        screen.read_until("ready")
        screen.type(b"\x1a")
        assert screen.event() == "stopped"
        screen.resume()
        screen.read_until("awake")
        screen.type(b"\x03")
        screen.read_until("done")
        assert screen.event() == "ended 0"


def test_missing_package_is_named(folder: Path, ccr: str, tmp_path: Path) -> None:
    copy = tmp_path / "node_modules" / "@owner" / "ccr"
    shutil.copytree(Path(ccr).resolve().parent, copy, ignore=shutil.ignore_patterns("node_modules"))
    done = process.run(["node", str(copy / "ccr.js")])
    assert done.returncode == 127
    assert f"the package {NAME}-{HERE} with the executable is not installed" in done.stderr


def test_machine_without_a_package_is_named(ccr: str, tmp_path: Path) -> None:
    launcher = Path(ccr).resolve()
    pretend = "Object.defineProperty(process, 'arch', {value: 'riscv64'})"
    (tmp_path / "pretend.js").write_text(pretend)
    done = process.run(["node", "--require", str(tmp_path / "pretend.js"), str(launcher)])
    assert done.returncode == 127
    assert "there is no executable for linux riscv64, only for: linux-arm64, linux-x64" in done.stderr


def test_no_archive_is_an_error(tmp_path: Path) -> None:
    words = [str(tmp_path), str(tmp_path / "out"), "--name", NAME]
    done = process.run([sys.executable, str(ROOT / "build" / "npm" / "packages.py"), *words])
    assert done.returncode == 2
    assert "there is no archive in" in done.stderr
