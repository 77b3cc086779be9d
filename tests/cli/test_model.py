import json
import os

import pytest

from tests.world import World

TEXT = """{
  // how I like it
  Providers: [
    {name: 'deepseek', api_base_url: 'http://127.0.0.1:9/v1', api_key: 'sk-1', models: ['chat', 'reasoner']}, // cheap
  ],
  Router: {
    default: 'deepseek,chat', // the usual
  },
  mine: {keep: 'this'},
}
"""


@pytest.fixture
def configured(world: World) -> World:
    world.configure().write_text(TEXT)
    return world


def test_set_changes_one_line(configured: World) -> None:
    done = configured.run("model", "set", "think", "deepseek,reasoner")
    assert (done.returncode, done.stdout, done.stderr) == (0, "think: deepseek,reasoner\n", "")
    line = "default: 'deepseek,chat', // the usual"
    assert configured.home.config.read_text() == TEXT.replace(line, f'{line}\n    "think": "deepseek,reasoner",')
    assert [path.read_text() for path in configured.home.root.glob("*.bak")] == [TEXT]
    again = configured.run("model", "set", "THINK", "DeepSeek,chat")
    assert again.stdout == "think: deepseek,chat\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["thnik", "deepseek,chat"], "did you mean 'think'"),
        (["think", "depseek,chat"], "did you mean 'deepseek'"),
        (["think", "deepseek"], "names no model"),
        (["think"], "name a route and a model"),
        ([], "name a route and a model"),
    ],
)
def test_set_refuses_what_does_not_exist(configured: World, words: list[str], said: str) -> None:
    done = configured.run("model", "set", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert configured.home.config.read_text() == TEXT


def test_set_warns_about_a_model_that_is_not_listed(configured: World) -> None:
    done = configured.run("model", "set", "think", "deepseek,reasonr")
    assert done.returncode == 0
    assert "did you mean 'reasoner'" in done.stderr


def test_list_names_routes_and_models(configured: World) -> None:
    done = configured.run("model", "list")
    assert done.returncode == 0
    assert "default      deepseek,chat\nbackground   -\n" in done.stdout
    assert "deepseek,chat  (default)\ndeepseek,reasoner\n" in done.stdout
    found = json.loads(configured.run("model", "list", "--json").stdout)
    assert found["routes"]["default"] == "deepseek,chat"
    assert found["routes"]["think"] is None
    assert found["providers"] == [{"name": "deepseek", "models": ["chat", "reasoner"]}]


def test_without_a_terminal_the_way_for_scripts_is_told(configured: World) -> None:
    done = configured.run("model")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ccr model set" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder_loses_nothing(configured: World) -> None:
    configured.home.root.chmod(0o500)
    done = configured.run("model", "set", "think", "deepseek,chat")
    configured.home.root.chmod(0o700)
    assert done.returncode == 1
    assert configured.home.config.read_text() == TEXT
