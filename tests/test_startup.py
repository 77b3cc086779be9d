"""Start-up is a feature: what the commands that run all the time may import."""

import sys

import pytest

from tests import process

HEAVY = frozenset({"trio", "httpx", "hypercorn", "h11", "tiktoken", "cyclopts", "pypdf", "rich", "asyncio", "ssl"})
STATUS = '{"session_id": "s", "model": {"id": "m", "display_name": "M"}, "workspace": {"current_dir": "."}, "cwd": "."}'


@pytest.mark.parametrize("argument", ["--version", "statusline"])
def test_command_that_runs_often_imports_nothing_heavy(argument: str) -> None:
    assert loaded_by([argument]) & HEAVY == set()


def test_status_line_imports_no_slow_module() -> None:
    # Each of these takes longer than the rest of the line.
    assert loaded_by(["statusline"]) & {"msgspec", "pyjson5", "subprocess", "pathlib", "typing", "dataclasses"} == set()
    assert loaded_by(["statusline"]) & {"json", "re", "enum", "socket"} == set()


def test_version_is_printed() -> None:
    from ccr.version import VERSION

    done = process.run([sys.executable, "-m", "ccr", "--version"])
    assert (done.returncode, done.stdout.split()[-1:]) == (0, [VERSION])


def loaded_by(arguments: list[str]) -> set[str]:
    """Run ccr with `arguments` and return the top-level names of all modules that it imported."""
    done = process.run([sys.executable, "-X", "importtime", "-m", "ccr", *arguments], text=STATUS)
    rows = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert "ccr" in rows, done.stderr
    return {row.partition(".")[0] for row in rows}
