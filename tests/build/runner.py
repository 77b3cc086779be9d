"""Runs the steps of a GitHub Actions job or of a composite action as GitHub's runner does, as far as ours need it.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests import process

Json = dict[str, Any]
Action = Callable[[dict[str, str], dict[str, str]], dict[str, str]]
"""Takes the step's inputs and environment, returns outputs."""

BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
FILES = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


class StepFailed(Exception):
    """A step's script ended with an exit code other than 0; the message is what it printed."""


class Runner:
    """One job on a fresh machine. What stands in `actions` is called for a step that uses an action."""

    def __init__(self, root: Path, env: Mapping[str, str], *, secrets: Mapping[str, str] | None = None) -> None:
        self.root = root
        self.workspace = root / "workspace"
        self.temp = root / "temp"
        for folder in (self.workspace, self.temp):
            folder.mkdir(parents=True)
        self.env = {**env, "CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_OS": "Linux", "RUNNER_TEMP": str(self.temp)}
        self.secrets = secrets or {}
        self.log = ""
        self.summary = ""
        self.actions: dict[str, Action] = {}

    def job(self, steps: list[Json]) -> None:
        """Run the steps of a job."""
        self._steps(steps, {"secrets": self.secrets, "steps": {}}, {})

    def action(self, folder: Path, inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> dict[str, str]:
        """Run a composite action; return its outputs."""
        described = yaml.safe_load((folder / "action.yml").read_text())
        unknown = inputs.keys() - described["inputs"].keys()
        assert not unknown, f"the action has no input {unknown}"
        given = {name: inputs.get(name, one.get("default", "")) for name, one in described["inputs"].items()}
        context: Json = {"inputs": given, "steps": {}}
        self._steps(described["runs"]["steps"], context, {"GITHUB_ACTION_PATH": str(folder), **(env or {})})
        return {name: fill(one["value"], context) for name, one in described["outputs"].items()}

    def _steps(self, steps: list[Json], context: Json, env: Mapping[str, str]) -> None:
        for step in steps:
            own = {**env, **{name: fill(str(value), context) for name, value in step.get("env", {}).items()}}
            if "uses" in step:
                inputs = {name: fill(str(value), context) for name, value in step.get("with", {}).items()}
                outputs = self._use(step["uses"], inputs, own)
            else:
                outputs = self._run(fill(step["run"], context), own)
            if "id" in step:
                context["steps"][step["id"]] = {"outputs": outputs}

    def _use(self, name: str, inputs: dict[str, str], env: Mapping[str, str]) -> dict[str, str]:
        return self.actions[name.partition("@")[0]](inputs, dict(env))

    def _run(self, script: str, env: Mapping[str, str]) -> dict[str, str]:
        files = {name: self.root / name for name in FILES}
        for path in files.values():
            path.write_text("")
        path = self.root / "script.sh"
        path.write_text(script)
        whole = {**self.env, **env, **{name: str(file) for name, file in files.items()}}
        command = ["env", "-i", "-C", str(self.workspace), *(f"{name}={value}" for name, value in whole.items())]
        done = process.run([*command, *BASH, str(path)], seconds=60)
        self.log += done.stdout + done.stderr
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        if done.returncode:
            raise StepFailed(done.stdout + done.stderr)
        self.env |= pairs(files["GITHUB_ENV"].read_text())
        for line in files["GITHUB_PATH"].read_text().splitlines():
            self.env["PATH"] = f"{line}:{self.env['PATH']}"
        return pairs(files["GITHUB_OUTPUT"].read_text())


def fill(text: str, context: Json) -> str:
    """Return a text with every `${{ a.b.c }}` filled in; what isn't there is empty."""

    def value(found: re.Match[str]) -> str:
        node: Any = context
        for name in found[1].split("."):
            node = node.get(name, "") if isinstance(node, Mapping) else ""
        return str(node)

    return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", value, text)


def pairs(text: str) -> dict[str, str]:
    """Read `NAME=VALUE` lines and `NAME<<END` blocks."""
    found = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, equals, value = line.partition("=")
        if "<<" in name or not equals:
            name, _, end = line.partition("<<")
            assert end, line
            block = []
            for inner in lines:
                if inner == end:
                    break
                block.append(inner)
            value = "\n".join(block)
        found[name] = value
    return found
