import pyjson5
import pytest

from tests.terminal import terminal
from tests.world import World

PROVIDER = "{name: 'p', api_base_url: 'http://127.0.0.1:9/v1', models: ['a', 'b']}"
TEXT = f"{{Providers: [{PROVIDER}], Router: {{default: 'p,a'}}}} // x"


@pytest.fixture
def configured(world: World) -> World:
    world.configure().write_text(TEXT)
    return world


def test_route_is_chosen_from_lists(configured: World) -> None:
    with terminal([*configured.ccr, "model"], env=configured.env) as screen:
        screen.read_until("default      p,a")
        screen.read_until("add a new provider")
        screen.type(b"think\r")
        screen.read_until("Model for think")
        screen.read_until("p,b")
        screen.type(b"\x1b[B\r")
        screen.read_until("think        p,b")
        screen.read_until("add a new provider")
        screen.type(b"\r")
        assert screen.event() == "ended 0"
    text = configured.home.config.read_text()
    assert pyjson5.decode(text)["Router"] == {"default": "p,a", "think": "p,b"}
    assert text.endswith("} // x")


def test_provider_is_added_with_its_route(configured: World) -> None:
    with terminal([*configured.ccr, "model"], env=configured.env) as screen:
        screen.read_until("add a new provider")
        screen.type(b"add new\r")
        screen.read_until("Name of the provider: ")
        screen.type(b"p\n")
        screen.read_until("that is there already")
        screen.type(b"new\n")
        screen.read_until("Address: ")
        screen.type(b"nowhere\n")
        screen.read_until("no address")
        screen.type(b"http://127.0.0.1:9/v1\n")
        screen.read_until("API key (not shown): ")
        screen.type(b"$NEW_KEY\n")
        screen.read_until("Models, with commas between them: ")
        screen.type(b"m1, m2\n")
        screen.read_until("Transformer?")
        screen.type(b"maxtoken\r")
        screen.read_until("[30000]: ")
        screen.type(b"\n")
        screen.read_until("Transformer?")
        screen.read_until("done")
        screen.type(b"done\r")
        screen.read_until("Use new,m1 for a route?")
        screen.read_until("image")
        screen.type(b"background\r")
        screen.read_until("background   new,m1")
        screen.read_until("add a new provider")
        screen.type(b"\x03")
        assert screen.event() == "ended 130"
    found = pyjson5.decode(configured.home.config.read_text())
    assert found["Providers"][1] == {
        "name": "new",
        "api_base_url": "http://127.0.0.1:9/v1",
        "api_key": "$NEW_KEY",
        "models": ["m1", "m2"],
        "transformer": {"use": [["maxtoken", {"max_tokens": 30000}]]},
    }
    assert found["Router"]["background"] == "new,m1"


def test_model_is_added_to_a_provider(configured: World) -> None:
    with terminal([*configured.ccr, "model"], env=configured.env) as screen:
        screen.read_until("add a new provider")
        screen.type(b"add a model\r")
        screen.read_until("Provider")
        screen.type(b"\r")
        screen.read_until("Name of the model: ")
        screen.type(b"c\n")
        screen.read_until("Use p,c for a route?")
        screen.read_until("none")
        screen.type(b"\r")
        screen.read_until("add a new provider")
        screen.type(b"\r")
        assert screen.event() == "ended 0"
    assert pyjson5.decode(configured.home.config.read_text())["Providers"][0]["models"] == ["a", "b", "c"]
