"""Runs the real Claude Code through `ccr code`, in a HOME of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import process
from tests.build.test_binary import BINARY, is_current
from tests.e2e.model import Model

CLAUDE = shutil.which("claude")
SECONDS = 90.0

needs_claude = [
    pytest.mark.claude,
    pytest.mark.skipif(CLAUDE is None, reason="claude is not on the PATH"),
]

needs_binary = [
    pytest.mark.binary,
    pytest.mark.skipif(not is_current(), reason="no dist/ccr that is newer than the source; build/binary makes it"),
]

WAYS = [
    pytest.param([sys.executable, "-m", "ccr"], id="source"),
    pytest.param([str(BINARY)], id="binary", marks=needs_binary),
]
"""From the source, and as the built executable."""


class Client:
    """One user's machine: a HOME with a configuration, and a project folder."""

    def __init__(self, folder: Path, ccr: list[str]) -> None:
        self.ccr = ccr
        self.home = folder / "home"
        self.project = folder / "project"
        (self.home / ".claude-code-router").mkdir(parents=True)
        self.project.mkdir()
        trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
        state = {"hasCompletedOnboarding": True, "theme": "dark", "projects": {str(self.project): trusted}}
        (self.home / ".claude.json").write_text(json.dumps(state))

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of a run."""
        quiet = {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1", "IS_SANDBOX": "1"}
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "TERM": "xterm", **quiet}

    def configure(self, model: Model, **changes: Any) -> None:
        """Write a configuration with the scripted model behind two providers' worth of names."""
        provider = {
            "name": "up",
            "api_base_url": model.url,
            "api_key": "secret-key-0001",
            "models": ["a", "b", "think"],
        }
        config = {"Providers": [provider | changes.pop("provider", {})], "Router": {"default": "up,a"}, **changes}
        (self.home / ".claude-code-router" / "config.json").write_text(json.dumps(config))

    def run(
        self, *arguments: str, text: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `ccr code` with Claude Code's arguments to its end."""
        command = ["env", "-i", *(f"{k}={v}" for k, v in {**self.env, **(env or {})}.items())]
        script = ["sh", "-c", f'cd "{self.project}" && exec "$@"', "sh", *self.ccr, "code", *arguments]
        return process.run([*command, *script], text=text, seconds=SECONDS)
