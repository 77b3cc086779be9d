"""The GitHub action and the documented workflow, run as GitHub's runner does on a machine that has only a release."""

import json
import re
import shutil
import stat
import sys
import textwrap
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from ccr.cli.help import guide
from ccr.run.process import Process
from ccr.store import lease
from ccr.store.paths import Home
from ccr.version import VERSION
from tests.build import release
from tests.build.runner import Json, Runner, StepFailed
from tests.source import ROOT
from tests.world import provider

ACTION = ROOT / "build" / "action"
PROGRAM = f'#!/bin/sh\nexec {sys.executable} -m ccr "$@"\n'
SECRET = "sk-a-secret-of-the-user"

SEED = """\
{
  "log": true,
  "NON_INTERACTIVE_MODE": true,
  "OPENAI_API_KEY": "${{ secrets.OPENAI_API_KEY }}",
  "OPENAI_BASE_URL": "https://api.deepseek.com",
  "OPENAI_MODEL": "deepseek-chat"
}
"""
"""The configuration of the original's documented workflow."""


class Hosted:
    """A fresh machine of GitHub, with a release that the action finds."""

    def __init__(self, root: Path, port: int) -> None:
        release.release(root / "release", program=PROGRAM)
        env = {
            "HOME": str(root / "home"),
            "PATH": "/usr/bin:/bin",
            "CCR_RELEASE_URL": f"file://{root}/release",
            "SERVICE_PORT": str(port),
        }
        self.port = port
        self.runner = Runner(root / "runner", env, secrets={"OPENAI_API_KEY": SECRET, "DEEPSEEK_API_KEY": SECRET})
        self.home = Home(root / "home" / ".claude-code-router")
        self.own = Home(self.runner.temp / "ccr")

    def use(self, **inputs: str) -> dict[str, str]:
        """Use the action."""
        return self.runner.action(ACTION, inputs)

    def health(self) -> Json:
        """Return what the service says to later steps."""
        with urllib.request.urlopen(self.runner.env["ANTHROPIC_BASE_URL"] + "/health", timeout=10) as reply:
            found: Json = json.load(reply)
        return found

    def is_running(self) -> bool:
        """Tell whether a service was started."""
        return any(lease.notes(home.run) for home in (self.home, self.own) if home.run.exists())

    def end(self) -> None:
        """End the job's processes, as the runner does."""
        for home in (self.home, self.own):
            for note in lease.notes(home.run) if home.run.exists() else ():
                with suppress(PermissionError):
                    Process(note.pid, note.started).kill()


@pytest.fixture
def hosted(tmp_path: Path, free_port: int) -> Iterator[Hosted]:
    made = Hosted(tmp_path, free_port)
    yield made
    made.end()


def config(**settings: Any) -> str:
    one = {"name": "p", "api_base_url": "http://127.0.0.1:9/v1/messages", "api_key": "$KEY", "models": ["m"]}
    return json.dumps({"Providers": [one], "Router": {"default": "p,m"}, **settings})


def blocks(start: str) -> list[Any]:
    """Return the indented YAML of the guide whose first words are `start`."""
    texts = re.findall(r"(?:^    .*\n|^\n(?=    ))+", guide("github-actions"), re.MULTILINE)
    return [yaml.safe_load(textwrap.dedent(text)) for text in texts if text.lstrip().startswith(start)]


def ask(address: str, key: str) -> Json:
    """Ask the router as Claude Code does."""
    body = {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"content-type": "application/json", "x-api-key": key}
    request = urllib.request.Request(f"{address}/v1/messages", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as reply:
        found: Json = json.load(reply)
    return found


def test_action_starts_the_service_with_the_seeds_configuration(hosted: Hosted) -> None:
    outputs = hosted.use(config=SEED.replace("${{ secrets.OPENAI_API_KEY }}", SECRET))
    assert outputs == {"base-url": f"http://127.0.0.1:{hosted.port}", "api-key": "test", "version": VERSION}
    assert hosted.health()["version"] == VERSION
    assert hosted.runner.env["ANTHROPIC_BASE_URL"] == outputs["base-url"]
    assert hosted.runner.env["ANTHROPIC_AUTH_TOKEN"] == "test"
    assert "127.0.0.1" in hosted.runner.env["NO_PROXY"]
    assert outputs["base-url"] in hosted.runner.summary


def test_action_shows_no_secret_and_keeps_the_file_private(hosted: Hosted) -> None:
    hosted.use(config=SEED.replace("${{ secrets.OPENAI_API_KEY }}", SECRET))
    assert SECRET not in hosted.runner.log + hosted.runner.summary
    assert SECRET not in "".join(hosted.runner.env.values())
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (hosted.own.root, hosted.own.config)}
    assert modes == {hosted.own.root: 0o700, hosted.own.config: 0o600}
    assert not hosted.home.root.exists()


def test_action_gives_the_key_of_the_configuration_to_later_steps(hosted: Hosted) -> None:
    with provider() as upstream:
        upstream.finish.set()
        one = {"name": "p", "api_base_url": upstream.url, "api_key": "k", "models": ["m"]}
        one["transformer"] = {"use": ["Anthropic"]}
        outputs = hosted.use(config=config(APIKEY="a-key-of-mine", Providers=[one]))
        assert outputs["api-key"] == hosted.runner.env["ANTHROPIC_AUTH_TOKEN"] == "a-key-of-mine"
        assert "::add-mask::a-key-of-mine\n" in hosted.runner.log
        ask(outputs["base-url"], outputs["api-key"])
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask(outputs["base-url"], "another")
    assert len(upstream.seen) == 1


def test_action_takes_the_configuration_of_the_runner(hosted: Hosted) -> None:
    hosted.home.root.mkdir(parents=True)
    hosted.home.config.write_text(config(Providers=[], OPENAI_API_KEY="k", OPENAI_MODEL="m"))
    hosted.use()
    assert hosted.health()["status"] == "ok"
    assert not hosted.own.root.exists()


def test_action_takes_any_free_port(hosted: Hosted) -> None:
    outputs = hosted.use(config=config(), port="auto")
    assert outputs["base-url"] not in ("http://127.0.0.1:3456", f"http://127.0.0.1:{hosted.port}", "")
    assert hosted.health()["status"] == "ok"


def test_action_takes_the_given_port(hosted: Hosted) -> None:
    del hosted.runner.env["SERVICE_PORT"]
    outputs = hosted.use(config=config(), port=str(hosted.port))
    assert outputs["base-url"] == f"http://127.0.0.1:{hosted.port}"
    assert hosted.health()["status"] == "ok"


def test_action_warns_of_a_secret_that_is_not_set(hosted: Hosted) -> None:
    hosted.use(config=config())
    assert re.search(r"^::warning title=ccr::.*'KEY' is not set", hosted.runner.log, re.MULTILINE)
    assert hosted.is_running()


def test_action_fails_for_a_configuration_that_cannot_be_used(hosted: Hosted) -> None:
    with pytest.raises(StepFailed, match=r"(?m)^::error title=ccr::.*config\.json"):
        hosted.use(config='{"Providers": [')
    assert not hosted.is_running()


def test_action_says_what_to_do_when_the_port_is_taken(hosted: Hosted) -> None:
    with provider() as other, pytest.raises(StepFailed, match=r"(?m)^::error title=ccr::ccr did not start"):
        hosted.use(config=config(), port=other.url.split(":")[2].partition("/")[0])


def test_action_says_that_there_is_no_release(hosted: Hosted) -> None:
    hosted.runner.env["CCR_RELEASE_URL"] = "file:///nonexistent"
    with pytest.raises(StepFailed, match="`version: source` needs none"):
        hosted.use(config=config())


@pytest.mark.parametrize(("version", "place"), [("", f"download/v{VERSION}"), ("latest", "latest/download")])
def test_action_takes_the_release_of_its_own_repository(hosted: Hosted, version: str, place: str) -> None:
    kept = hosted.runner.temp / "_actions" / "owner" / "name" / "main"
    shutil.copytree(ROOT / "build", kept / "build")
    (kept / "ccr").mkdir()
    shutil.copy(ROOT / "ccr" / "version.py", kept / "ccr")
    shutil.copytree(hosted.runner.root.parent / "release", hosted.runner.temp / "www/owner/name/releases" / place)
    del hosted.runner.env["CCR_RELEASE_URL"]
    with release.serve(hosted.runner.temp / "www") as address:
        hosted.runner.env["GITHUB_SERVER_URL"] = address
        outputs = hosted.runner.action(kept / "build" / "action", {"config": config(), "version": version})
    assert outputs["version"] == VERSION
    assert hosted.is_running()


def test_documented_workflow_works(hosted: Hosted) -> None:
    (workflow,) = blocks("name:")
    (job,) = workflow["jobs"].values()
    asked = []
    with provider() as upstream:
        upstream.finish.set()

        def ours(inputs: dict[str, str], env: dict[str, str]) -> dict[str, str]:
            assert env["DEEPSEEK_API_KEY"] == SECRET
            text = inputs["config"].replace("https://api.deepseek.com", upstream.url)
            return hosted.runner.action(ACTION, {**inputs, "config": text}, env)

        def claude(inputs: dict[str, str], _env: dict[str, str]) -> dict[str, str]:
            asked.append(ask(hosted.runner.env["ANTHROPIC_BASE_URL"], inputs["anthropic_api_key"]))
            return {}

        hosted.runner.actions = {
            "actions/checkout": lambda _inputs, _env: {},
            "OWNER/REPO/build/action": ours,
            "anthropics/claude-code-action": claude,
        }
        hosted.runner.job(job["steps"])
    assert asked[0]["type"] == "message"
    assert SECRET not in hosted.runner.log
    assert "info: listening on" in hosted.runner.log  # `ccr logs`


def test_documents_name_this_version_of_the_action() -> None:
    texts = [guide("github-actions"), (ROOT / "README.md").read_text()]
    named = [version for text in texts for version in re.findall(r"OWNER/REPO/build/action@v(\S+)", text)]
    assert len(named) >= 2
    assert set(named) == {VERSION}
