import json
import sys
from pathlib import Path

import pytest

from ccr.run.doctor import claude
from ccr.run.doctor.claude import login, program
from tests.run.doctor.patients import patient, told


def install(root: Path, code: str) -> None:
    path = root / "bin" / "claude"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable} -IS\n{code}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("code", "level", "words"),
    [
        ("print('2.1.197 (Claude Code)')", "ok", "version 2.1.197"),
        ("print('1.0.3')", "warn", "older"),
        ("print('99.0.0')", "note", "newer"),
        ("print('hello')", "warn", "does not tell"),
    ],
)
def test_version_is_compared_with_the_tested_ones(tmp_path: Path, code: str, level: str, words: str) -> None:
    install(tmp_path, code)
    assert told(list(program(patient(tmp_path))), level, words)


def test_missing_program_fails(tmp_path: Path) -> None:
    found = list(program(patient(tmp_path, CLAUDE_PATH="/no/such/claude")))
    assert told(found, "fail", "no claude at '/no/such/claude'")


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        ({"oauthAccount": {"accountUuid": "u"}}, "note", "logged in at claude.ai"),
        ({"hasCompletedOnboarding": True}, "ok", "no login"),
        ({}, "note", "first settings"),
        ([], "note", "first settings"),
    ],
)
def test_login_is_explained(tmp_path: Path, state: object, level: str, words: str) -> None:
    (tmp_path / ".claude.json").write_text(json.dumps(state))
    assert told(list(login(patient(tmp_path))), level, words)


@pytest.mark.parametrize(
    ("env", "level", "words"),
    [
        (
            {"ANTHROPIC_API_KEY": "sk", "CLAUDE_CODE_USE_BEDROCK": "1"},
            "note",
            "ANTHROPIC_API_KEY, CLAUDE_CODE_USE_BEDROCK",
        ),
        (
            {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1", "ANTHROPIC_AUTH_TOKEN": "t"},
            "ok",
            "sends Claude Code to the router",
        ),
        ({}, "ok", "no variable"),
    ],
)
def test_competing_variables_are_named(tmp_path: Path, env: dict[str, str], level: str, words: str) -> None:
    assert told(list(login(patient(tmp_path, env=env))), level, words)


def test_competing_settings_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / ".claude" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": "x"}, "apiKeyHelper": "y"}))
    monkeypatch.setattr(claude, "MANAGED", (settings,))
    found = list(login(patient(tmp_path)))
    assert told(found, "note", "sets ANTHROPIC_BASE_URL, apiKeyHelper")
    assert told(found, "fail", "of your organisation")
