"""Is Claude Code there, does its version fit, and will it really talk to the router."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ccr.errors import CommandError
from ccr.run import claude, environment
from ccr.run.doctor.patient import Patient
from ccr.status.finding import Finding
from ccr.status.value import mapping, text

OLDEST = (1, 0, 128)
NEWEST = (2, 1, 329)
"""The versions of Claude Code whose requests were studied, from and to."""

VERSION_SECONDS = 15.0
MANAGED = (
    Path("/etc/claude-code/managed-settings.json"),
    Path("/Library/Application Support/ClaudeCode/managed-settings.json"),
)
"""Settings of an organisation, which beat all others: https://docs.claude.com/en/docs/claude-code/settings"""

CLASHING = ("ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", *environment.REMOVED)
"""Variables that lead a Claude Code elsewhere which was not started by `ccr code`."""


def program(patient: Patient) -> Iterator[Finding]:
    """Look for the program and ask it for its version."""
    try:
        words = claude.find(patient.env, configured=patient.config.claude_path)
    except CommandError as error:
        yield Finding("fail", "claude", str(error))
        return
    version = _version(words, patient)
    if version is None:
        yield Finding("warn", "claude", f"{words[-1]} does not tell its version", mend="run it by hand")
        return
    shown = f"version {'.'.join(map(str, version))} at {words[-1]}"
    if version < OLDEST:
        yield Finding("warn", "claude", f"{shown} is older than what ccr was tested with", mend="claude update")
    elif version > NEWEST:
        yield Finding("note", "claude", f"{shown} is newer than what ccr was tested with")
    else:
        yield Finding("ok", "claude", shown)


def login(patient: Patient) -> Iterator[Finding]:
    """Look at the logins and settings that could compete with the router."""
    yield from _variables(patient)
    state = _read(patient.user / ".claude.json")
    if text(state, "oauthAccount", "accountUuid") or (patient.user / ".claude" / ".credentials.json").exists():
        words = "Claude Code is logged in at claude.ai; `ccr code` uses the router all the same and leaves the login"
        yield Finding("note", "login", words)
    elif state.get("hasCompletedOnboarding") is not True:
        yield Finding("note", "login", "Claude Code will ask for its first settings; no login at claude.ai is needed")
    else:
        yield Finding("ok", "login", "no login at claude.ai that could compete")
    yield from _settings(patient)


def _variables(patient: Patient) -> Iterator[Finding]:
    clashing = [name for name in CLASHING if patient.env.get(name)]
    ours = f"http://127.0.0.1:{patient.site.port}"
    if patient.env.get("ANTHROPIC_BASE_URL") == ours:
        yield Finding("ok", "environment", "this shell sends Claude Code to the router (`ccr activate`)")
    elif clashing:
        words = f"{', '.join(clashing)} set in this shell: `ccr code` replaces them, a plain `claude` obeys them"
        yield Finding("note", "environment", words, mend='eval "$(ccr activate)" sends a plain `claude` to the router')
    else:
        yield Finding("ok", "environment", "no variable that leads Claude Code elsewhere")


def _settings(patient: Patient) -> Iterator[Finding]:
    own = patient.user / ".claude" / "settings.json"
    found = _conflicts(own)
    if found:
        words = f"{own} sets {', '.join(found)}: `ccr code` beats it, a plain `claude` and editors obey it"
        yield Finding("note", "settings", words, mend="take them out if you use the router everywhere")
    for path in MANAGED:
        if found := _conflicts(path):
            words = f"{path} of your organisation sets {', '.join(found)}, which nothing can override"
            yield Finding("fail", "settings", words, mend="ask who looks after it")


def _conflicts(path: Path) -> list[str]:
    """Return what in a settings file leads Claude Code elsewhere."""
    settings = _read(path)
    variables = mapping(settings, "env")
    return [name for name in CLASHING if variables.get(name)] + (
        ["apiKeyHelper"] if settings.get("apiKeyHelper") else []
    )


def _version(words: list[str], patient: Patient) -> tuple[int, ...] | None:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own program
            [*words, "--version"],
            env=patient.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\b(\d+)\.(\d+)\.(\d+)\b", done.stdout)
    return tuple(map(int, match.groups())) if match else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
