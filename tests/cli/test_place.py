import json
from pathlib import Path

import pytest

from ccr.cli.own import Own
from ccr.cli.place import given, site_to_look_at, site_to_start
from ccr.errors import ConfigError


def test_site_is_the_configured_one(home: Path) -> None:
    path = home / "other.json"
    path.write_text(json.dumps({"PORT": 4000, "HOST": "localhost"}))
    for find in (site_to_start, site_to_look_at):
        site = find(path, None)
        assert (site.host, site.port, site.source.path) == ("localhost", 4000, path)
        assert find(path, "5000").port == 5000
        assert find(None, None).home.root == home / ".claude-code-router"


def test_broken_configuration_is_no_hindrance_to_looking(home: Path) -> None:
    path = home / "broken.json"
    path.write_text("{")
    with pytest.raises(ConfigError):
        site_to_start(path, None)
    assert (site_to_look_at(path, None).port, site_to_look_at(path, "5").port) == (3456, 5)


def test_options_have_the_form_of_those_before_a_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert given(Path("c.json"), "auto") == Own(config=tmp_path / "c.json", port=0)
    assert given(None, None) == Own()
