import json

from tests.world import World


def test_healthy_world_needs_no_mending(world: World) -> None:
    world.configure().chmod(0o600)
    world.install_claude("print('2.1.197 (Claude Code)')")
    done = world.run("doctor", env={"ANTHROPIC_API_KEY": "sk-ant-of-the-user"})
    assert done.returncode == 0, done.stdout
    assert "version 2.1.197" in done.stdout
    assert "sk-" not in done.stdout
    assert str(world.root / "home") not in done.stdout
    assert "--online" in done.stderr


def test_what_is_broken_is_named_with_its_mend(world: World) -> None:
    world.configure(PORT="x", CLAUDE_PATH="/no/such/claude")
    done = world.run("doctor", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert {item["area"] for item in found if item["level"] == "fail"} >= {"config"}
    assert done.stderr == ""


def test_unreachable_provider_fails_online(world: World) -> None:
    world.configure()
    world.install_claude("print('2.1.197')")
    done = world.run("doctor", "--online")
    assert done.returncode == 1
    assert "p can't be reached" in done.stdout
