import json
import os

from tests.terminal import terminal
from tests.world import World

MANIFEST = {
    "name": "asked",
    "Providers": [{"name": "p", "api_base_url": "http://127.0.0.1:9", "api_key": "#{key}", "models": ["#{model}"]}],
    "CUSTOM_ROUTER_PATH": "r.py",
    "schema": [
        {"id": "key", "type": "password", "label": "Key"},
        {"id": "model", "type": "select", "label": "Model", "options": ["small", "large"]},
        {"id": "fast", "type": "confirm", "label": "Fast"},
    ],
}


def test_questions_are_asked_on_a_terminal(world: World) -> None:
    folder = world.root / "asked"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    with terminal([*world.ccr, "install", str(folder)], env={**world.env, "CI": ""}) as screen:
        screen.read_until("Do you trust it? [y/N]: ")
        screen.type(b"y\n")
        screen.read_until("Key (or $NAME of a variable): ")
        screen.type(b"sk-typed\n")
        shown = screen.read_until("Model: ")
        assert "sk-typed" not in shown
        screen.type(b"2\n")
        screen.read_until("Fast [y/N]: ")
        screen.type(b"\n")
        screen.read_until("installed asked")
        assert screen.event() == "ended 0"
    values = json.loads((world.home.presets / "asked" / "values.json").read_text())
    assert values == {"key": "sk-typed", "model": "large", "fast": False}


def test_ctrl_c_leaves_everything_as_it_was(world: World) -> None:
    folder = world.root / "asked"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    with terminal([*world.ccr, "install", str(folder), "--yes-run-code"], env={**world.env, "CI": ""}) as screen:
        screen.read_until("Key (or $NAME of a variable): ")
        screen.type(b"\x03")
        screen.read_until("\r\n")  # the shell's prompt gets a line of its own
        assert screen.event() == "ended 130"
    assert os.listdir(world.home.presets) == []


def test_folder_beats_a_repository_of_the_same_name(world: World) -> None:
    folder = world.root / "owner" / "repo"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"Router": {"default": "p,m"}}')
    done = world.run("install", str(folder))
    assert (done.returncode, "installed repo" in done.stdout) == (0, True)
