"""The files that users put a project's or a session's routes in."""

import json
import os
from pathlib import Path

import pytest

from ccr.route.override import Layer
from ccr.store.override import LIMIT, Places, read


def put(path: Path, router: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Router": router}))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "ccr", tmp_path / "claude")


def test_all_places_in_their_order(places: Places, tmp_path: Path) -> None:
    folder = tmp_path / "my project"
    name = "".join(c if c.isalnum() else "-" for c in str(folder))
    put(folder / ".claude-code-router" / "config.json", {"default": "1"})
    put(places.claude / "projects" / name / "claude-code-router.json", {"default": "2"})
    put(places.home / name / "config.json", {"default": "3"})
    put(places.home / name / "s-1.json", {"default": "4"})
    layers, problems = places.layers("s-1", str(folder))
    assert [layer.router["default"] for layer in layers] == ["1", "2", "3", "4"]
    assert [layer.is_trusted for layer in layers] == [False, True, True, True]
    assert problems == ()
    assert [layer.router["default"] for layer in places.layers("", str(folder))[0]] == ["1", "2", "3"]


def test_project_is_found_by_its_transcript(places: Places) -> None:
    (places.claude / "projects" / "-p").mkdir(parents=True)
    (places.claude / "projects" / "-p" / "s-1.jsonl").touch()
    put(places.home / "-p" / "config.json", {"default": "p,m"})
    assert len(places.layers("s-1", "")[0]) == 1
    assert places.layers("s-2", "") == ((), ())


def test_the_configuration_itself_is_no_override(places: Places, tmp_path: Path) -> None:
    own = Places(tmp_path / ".claude-code-router", tmp_path / "claude")
    put(own.home / "config.json", {"default": "p,m"})
    assert own.layers("", str(tmp_path)) == ((), ())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("{", id="broken"),
        pytest.param('{"Router": []}', id="no object"),
        pytest.param("x" * (LIMIT + 1), id="huge"),
    ],
)
def test_what_is_wrong_names_the_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(content)
    found = read(path)
    assert isinstance(found, str)
    assert found.startswith(f"{path}: ")
    assert len(found) > len(str(path)) + 2


def test_what_is_no_file_is_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    assert read(tmp_path / "config.json") == ""
    assert read(tmp_path / "missing" / "config.json") == ""


def test_profile_is_a_file_of_its_name(places: Places) -> None:
    put(places.home / "profiles" / "cheap.json", {"default": "p,m"})
    found = places.profile("cheap")
    assert isinstance(found, Layer)
    assert found.router == {"default": "p,m"}
    assert "no profile 'dear'" in str(places.profile("dear"))
    assert "no profile '../x'" in str(places.profile("../x"))
