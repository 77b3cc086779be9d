import shutil
import subprocess

import pytest

from ccr.run.environment import REMOVED
from tests.process import run
from tests.world import World


def test_bash_gets_the_environment_of_claude(world: World) -> None:
    world.configure(APIKEY='it\'s "a" $secret', NON_INTERACTIVE_MODE=True)
    world.run("start")
    ccr = " ".join(world.ccr)
    line = f'eval "$({ccr} activate --shell bash)"; env -0'
    before = {**world.env, "ANTHROPIC_API_KEY": "other", "CLAUDE_CODE_USE_BEDROCK": "1", "NO_PROXY": "corp"}
    done = subprocess.run(["bash", "-c", line], env=before, capture_output=True, text=True, timeout=30, check=False)
    found = dict(item.split("=", 1) for item in done.stdout.split("\0") if item)
    assert done.stderr == ""
    assert found["ANTHROPIC_BASE_URL"] == f"http://127.0.0.1:{world.port}"
    assert found["ANTHROPIC_AUTH_TOKEN"] == 'it\'s "a" $secret'
    assert found["NO_PROXY"] == "corp,127.0.0.1,localhost,::1"
    assert found["ANTHROPIC_DEFAULT_HAIKU_MODEL"]
    assert not set(REMOVED) & set(found)
    # The user's own shell keeps its terminal.
    assert "CI" not in found


@pytest.mark.parametrize("name", ["activate", "env"])
def test_missing_service_is_told_beside_the_lines(world: World, name: str) -> None:
    world.configure()
    done = world.run(name, "--shell", "fish")
    assert done.returncode == 0
    assert all(line.startswith(("set -gx ", "set -e ")) for line in done.stdout.splitlines())
    assert "`ccr start` starts it" in done.stderr


def test_calling_shell_is_found_out(world: World) -> None:
    world.configure()
    if not shutil.which("fish"):
        pytest.skip("fish is not on the PATH")
    for between in ([], ["env"], ["timeout", "20"]):
        command = " ".join([*between, *world.ccr, "activate"])
        done = run(["fish", "--no-config", "-c", f"{command}; true"], env=world.env)
        assert done.stdout.startswith("set -gx ANTHROPIC_AUTH_TOKEN 'test'\n")


def test_broken_configuration_is_no_environment(world: World) -> None:
    world.configure().write_text("{")
    done = world.run("activate")
    assert (done.returncode, done.stdout) == (1, "")
    assert "line 1" in done.stderr


def test_free_port_needs_a_running_service(world: World) -> None:
    world.configure(PORT=0)
    done = world.run("activate")
    assert (done.returncode, done.stdout) == (1, "")
    assert "`ccr start`" in done.stderr
