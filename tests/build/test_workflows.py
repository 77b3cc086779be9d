"""The project's own workflows, as far as they can be judged without GitHub."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import process
from tests.build import load
from tests.source import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS: dict[str, dict[Any, Any]] = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("*.yml")}
JOBS = {f"{name}: {key}": job for name, flow in WORKFLOWS.items() for key, job in flow["jobs"].items()}
STEPS = [(key, step) for key, job in JOBS.items() for step in job.get("steps", [])]
SCRIPTS = [(f"{key}: {step['run'].strip()[:40]}", step["run"]) for key, step in STEPS if "run" in step]
PINNED = re.compile(r"\./|[\w.-]+/[\w.-]+@(v\d+|release/v1)$")


def test_there_are_the_two_workflows() -> None:
    assert set(WORKFLOWS) == {"release", "test"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_may_only_read_unless_a_job_says_so(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("key", JOBS)
def test_job_has_a_time_limit_and_keeps_no_token(key: str) -> None:
    job = JOBS[key]
    assert "timeout-minutes" in job or "uses" in job
    checkouts = [step for step in job.get("steps", []) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_action_is_pinned_to_a_major_version() -> None:
    used = [step["uses"] for _, step in STEPS if "uses" in step]
    assert len(used) > 10
    assert [name for name in used if not PINNED.match(name)] == []


@pytest.mark.parametrize("script", [text for _, text in SCRIPTS], ids=[name for name, _ in SCRIPTS])
def test_script_has_no_known_slips(tmp_path: Path, script: str) -> None:
    # What is filled in before the shell sees it could be anything, so it may not stand in a script at all.
    assert "${{" not in script
    path = tmp_path / "script.sh"
    path.write_text(script)
    done = process.run([str(Path(sys.executable).with_name("shellcheck")), "--shell=bash", str(path)])
    assert (done.stdout, done.returncode) == ("", 0)


def test_scripts_run_files_that_are_there() -> None:
    named = {name for _, text in SCRIPTS for name in re.findall(r"(?<![\w./-])(?:build|\.ci)/[\w./-]+", text)}
    assert {"build/binary", "build/npm/packages.py", "build/install.sh", ".ci/run"} <= named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_platform_gets_its_npm_package() -> None:
    built = [one["platform"] for one in JOBS["release: binary"]["strategy"]["matrix"]["include"]]
    fits = {platform: load("npm/packages").fits(platform) for platform in built}
    assert {one["os"][0] for one in fits.values()} == {"linux", "darwin", "win32"}
    assert {one["libc"][0] for one in fits.values() if "libc" in one} == {"glibc", "musl"}
