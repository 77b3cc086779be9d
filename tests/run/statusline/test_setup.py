import json
from pathlib import Path
from typing import Any

import pytest

from ccr.run.statusline.setup import Setup, read_setup


def setup(home: Path, whole: str, *, preset: str = "", project: str = "", **env: str) -> Setup:
    folder = home / ".claude-code-router"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(whole)
    return read_setup({"HOME": str(home), **env}, config=None, preset=preset, project=project)


def test_configuration_may_be_json5(tmp_path: Path) -> None:
    found = setup(tmp_path, "{StatusLine: {enabled: true,}, /* x */ Router: {default: 'p,m'}, PORT: 4000}")
    assert (found.section, found.default, found.base_url) == ({"enabled": True}, "p,m", "http://127.0.0.1:4000")


@pytest.mark.parametrize(
    ("whole", "env", "expected"),
    [
        ({}, {}, ("http://127.0.0.1:3456", "")),
        ({"HOST": "0.0.0.0", "APIKEY": "k"}, {}, ("http://127.0.0.1:3456", "k")),
        ({"HOST": "::1", "APIKEY": "${K}"}, {"K": "v"}, ("http://[::1]:3456", "v")),
        ({"PORT": 1}, {"SERVICE_PORT": "2"}, ("http://127.0.0.1:2", "")),
        ({"APIKEY": "k"}, {"ANTHROPIC_BASE_URL": "http://h:1", "ANTHROPIC_AUTH_TOKEN": "t"}, ("http://h:1", "t")),
        # The key of our own router is not for others.
        ({"APIKEY": "k"}, {"ANTHROPIC_BASE_URL": "http://h:1"}, ("http://h:1", "")),
    ],
)
def test_router_is_the_one_of_claude_code(
    tmp_path: Path, whole: Any, env: dict[str, str], expected: tuple[str, str]
) -> None:
    found = setup(tmp_path, json.dumps(whole), **env)
    assert (found.base_url, found.token) == expected


def test_look_of_a_preset_goes_first(tmp_path: Path) -> None:
    preset = tmp_path / ".claude-code-router" / "presets" / "mine"
    preset.mkdir(parents=True)
    (preset / "manifest.json").write_text("{StatusLine: {currentStyle: 'theirs'}}")
    whole = '{"StatusLine": {"currentStyle": "ours"}}'
    found = setup(tmp_path, whole, preset="mine")
    assert (found.section, found.folder) == ({"currentStyle": "theirs"}, str(preset))
    assert setup(tmp_path, whole, preset="other").section == {"currentStyle": "ours"}
    assert setup(tmp_path, whole, preset="../presets/mine").section == {"currentStyle": "ours"}


def test_configuration_without_a_look_has_the_usual_one(tmp_path: Path) -> None:
    setup(tmp_path, '{"StatusLine": {"currentStyle": "ours"}, "PORT": 1}')
    other = tmp_path / "manifest.json"
    other.write_text('{"PORT": 2}')
    found = read_setup({"HOME": str(tmp_path)}, config=str(other), preset="", project="")
    assert (found.section, found.base_url) == ({"currentStyle": "ours"}, "http://127.0.0.1:2")
    other.write_text('{"StatusLine": {"currentStyle": "mine"}}')
    found = read_setup({"HOME": str(tmp_path)}, config=str(other), preset="", project="")
    assert (found.section, found.folder) == ({"currentStyle": "mine"}, str(tmp_path))


def test_default_of_the_project_goes_first(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".claude-code-router").mkdir(parents=True)
    (project / ".claude-code-router" / "config.json").write_text('{"Router": {"default": "p,local"}}')
    assert setup(tmp_path, '{"Router": {"default": "p,m"}}', project=str(project)).default == "p,local"
