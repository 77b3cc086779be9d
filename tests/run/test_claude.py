from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.run import claude


def program(path: Path, text: str = "", *, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def code_of(env: dict[str, str], *, configured: str | None = None) -> int:
    with pytest.raises(CommandError) as caught:
        claude.find(env, configured=configured)
    return caught.value.code


def test_configured_path_comes_first(tmp_path: Path) -> None:
    first, second = program(tmp_path / "a" / "my claude"), program(tmp_path / "b" / "claude")
    env = {"CLAUDE_PATH": str(second), "PATH": str(second.parent)}
    assert claude.find(env, configured=str(first)) == [str(first)]
    assert claude.find(env) == [str(second)]


def test_configured_command_is_looked_up(tmp_path: Path) -> None:
    path = program(tmp_path / "bin" / "claude-next")
    assert claude.find({"PATH": str(path.parent)}, configured="claude-next") == [str(path)]


def test_path_is_searched_in_order_for_what_can_run(tmp_path: Path) -> None:
    program(tmp_path / "a" / "claude", mode=0o644)
    path = program(tmp_path / "b" / "claude")
    program(tmp_path / "c" / "claude")
    env = {"PATH": ":".join(str(tmp_path / name) for name in "xabc")}
    assert claude.find(env) == [str(path)]


@pytest.mark.parametrize(
    "place", [".claude/local/claude", ".claude/local/node_modules/.bin/claude", ".local/bin/claude", ".bun/bin/claude"]
)
def test_places_of_installers_are_searched(tmp_path: Path, place: str) -> None:
    path = program(tmp_path / place)
    assert claude.find({"PATH": "/nowhere", "HOME": str(tmp_path)}) == [str(path)]


def test_prefix_of_npm_is_searched(tmp_path: Path) -> None:
    path = program(tmp_path / "npm" / "bin" / "claude")
    assert claude.find({"HOME": "/nowhere", "NPM_CONFIG_PREFIX": str(tmp_path / "npm")}) == [str(path)]


def test_missing_claude_gives_127_and_how_to_install_it() -> None:
    with pytest.raises(CommandError, match="npm install -g @anthropic-ai/claude-code") as caught:
        claude.find({"PATH": "/nowhere", "HOME": "/nowhere"})
    assert caught.value.code == 127


def test_wrong_claude_path_is_named() -> None:
    with pytest.raises(CommandError, match="/no/such/claude") as caught:
        claude.find({"PATH": "/bin"}, configured="/no/such/claude")
    assert caught.value.code == 127


def test_claude_path_that_may_not_run_gives_126(tmp_path: Path) -> None:
    assert code_of({}, configured=str(program(tmp_path / "claude", mode=0o644))) == 126


CMD = """@ECHO off
GOTO start
:find_dp0
SET dp0=%~dp0
EXIT /b
:start
SETLOCAL
CALL :find_dp0
endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "{target}"   %*
"""


def test_windows_script_of_npm_is_seen_through(tmp_path: Path) -> None:
    exe = program(tmp_path / "node_modules" / "@anthropic-ai" / "claude-code" / "bin" / "claude.exe")
    target = r"%dp0%\node_modules\@anthropic-ai\claude-code\bin\claude.exe"
    script = program(tmp_path / "claude.cmd", CMD.format(target=target))
    assert claude.find({}, configured=str(script)) == [str(exe)]


def test_windows_script_for_node_is_seen_through(tmp_path: Path) -> None:
    cli = program(tmp_path / "node_modules" / "claude-code" / "cli.js")
    node = program(tmp_path / "bin" / "node")
    script = program(tmp_path / "claude.cmd", CMD.format(target=r"%~dp0\node_modules\claude-code\cli.js"))
    assert claude.find({"PATH": str(node.parent)}, configured=str(script)) == [str(node), str(cli)]
    assert code_of({"PATH": "/nowhere"}, configured=str(script)) == 127


def test_windows_script_that_is_not_understood_is_refused(tmp_path: Path) -> None:
    assert code_of({}, configured=str(program(tmp_path / "claude.cmd", "@echo hello"))) == 126
