"""The checks run what the README promises."""

import re

from tests.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ccr demo",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
)


def test_readme_has_the_two_commands_on_lines_of_their_own() -> None:
    lines = [line.partition("#")[0].rstrip() for line in README.splitlines()]
    assert [command for command in COMMANDS if command not in lines] == []


def test_checks_take_the_commands_from_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"\$\(readme '?([^')]+)'?\)", script) == ["ccr demo", "pytest"]
    assert "pip install" not in script
