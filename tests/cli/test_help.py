import pytest

from ccr.cli.app import COMMANDS
from ccr.cli.help import TOPICS, painted
from tests.world import World


def test_overview_lists_commands_and_topics(world: World) -> None:
    done = world.run("help")
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in [*COMMANDS, *TOPICS] if f" {name} " not in done.stdout] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_is_shown(world: World, topic: str) -> None:
    done = world.run("help", topic.upper())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# ")
    assert "<!--" not in done.stdout


@pytest.mark.parametrize("name", ["config", "env", "code"])
def test_command_is_a_topic_too(world: World, name: str) -> None:
    done = world.run("help", name)
    assert done.stdout.startswith("Usage: ccr ")
    assert "Examples:" in done.stdout


def test_unknown_topic_has_a_near_miss(world: World) -> None:
    done = world.run("help", "rooting")
    assert (done.returncode, done.stdout) == (1, "")
    assert "did you mean 'routing'?" in done.stderr


def test_text_without_colours_is_as_it_is() -> None:
    assert painted("# A\n\ntext\n") == "# A\n\ntext\n"
