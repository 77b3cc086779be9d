"""Made-up set-ups to examine."""

import json
from pathlib import Path
from typing import Any

from ccr.config.parse import parse
from ccr.run.doctor.patient import Patient
from ccr.run.service import Site
from ccr.run.source import Source
from ccr.status.finding import Finding
from ccr.store.paths import Home

PROVIDER = {"name": "p", "api_base_url": "http://127.0.0.1:9/v1", "models": ["m"]}


def patient(root: Path, *, port: int = 1, env: dict[str, str] | None = None, **config: Any) -> Patient:
    """Return a user whose home is `root`, with a configuration in it."""
    variables = {"HOME": str(root), "PATH": str(root / "bin"), **(env or {})}
    home = Home(root / ".claude-code-router")
    home.root.mkdir(exist_ok=True)
    text = json.dumps({"Providers": [PROVIDER], "Router": {"default": "p,m"}, **config})
    home.config.write_text(text)
    home.config.chmod(0o600)
    source = Source(path=home.config, env=variables)
    site = Site(home=home, source=source, host="127.0.0.1", port=port)
    return Patient(env=variables, home=home, path=home.config, loaded=parse(text, variables), site=site)


def told(findings: list[Finding], level: str, words: str) -> bool:
    """Tell whether there is such a finding."""
    return any(finding.level == level and words in f"{finding.area}: {finding.text}" for finding in findings)
