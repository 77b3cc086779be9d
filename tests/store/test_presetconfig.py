import json
from pathlib import Path
from typing import Any

import pytest

from ccr.config.parse import Loaded
from ccr.store import presetconfig, presetfile
from ccr.store.paths import Home

OWN = {
    "APIKEY": "mine",
    "PROXY_URL": "http://proxy:1",
    "Providers": [{"name": "own", "api_base_url": "http://own", "api_key": "k", "models": ["m"]}],
    "Router": {"default": "own,m"},
}


def read(tmp_path: Path, manifest: dict[str, Any], env: dict[str, str] | None = None) -> Loaded:
    home = Home(tmp_path)
    folder = home.presets / "x"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    home.config.write_text(json.dumps(OWN))
    return presetconfig.read(home, "x", path=home.config, env=env or {})


def test_preset_brings_its_own_providers(tmp_path: Path) -> None:
    provider = {"name": "p", "api_base_url": "http://p", "api_key": "$P_KEY", "models": ["n"]}
    config = read(tmp_path, {"Providers": [provider], "Router": {"default": "p,n"}}, {"P_KEY": "sk-p"}).require()
    assert [(p.name, p.keys[0].key) for p in config.providers] == [("p", "sk-p")]
    assert (config.router.default, config.apikey, config.proxy_url) == ("p,n", "mine", "http://proxy:1")


def test_preset_without_providers_uses_the_users(tmp_path: Path) -> None:
    config = read(tmp_path, {"Router": {"default": "own,m", "think": "own,t"}}).require()
    assert ([p.name for p in config.providers], config.router.think) == (["own"], "own,t")


def test_preset_may_name_one_of_the_users_providers(tmp_path: Path) -> None:
    assert [p.name for p in read(tmp_path, {"provider": "own"}).require().providers] == ["own"]


def test_preset_is_not_in_router_mode_because_its_user_is(tmp_path: Path) -> None:
    env = {"ENABLE_ROUTER": "true", "ROUTER_AGENT_MODEL": "own,m", "TOOL_AGENT_MODEL": "own,m"}
    assert not read(tmp_path, {"Router": {"default": "own,m"}}, env).require().enable_router
    assert presetconfig.configfile.read(Home(tmp_path).config, env).require().enable_router


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        ({"provider": "other"}, "doesn't have"),
        ({"schema": [{"id": "k"}]}, "k is needed"),
        ({"CUSTOM_ROUTER_PATH": "r.py"}, "code that you have not agreed to"),
        ({"Providers": [{"name": "p", "api_key": "${command:id}"}]}, "code that you have not agreed to"),
        ({"REWRITE_SYSTEM_PROMPT": "/etc/passwd"}, "outside of its folder"),
        ({"schema": 1}, "must be a list"),
    ],
)
def test_preset_that_can_not_be_used_says_why(tmp_path: Path, manifest: dict[str, Any], expected: str) -> None:
    loaded = read(tmp_path, manifest)
    assert loaded.config is None
    assert expected in str(loaded.problems[0])


PIECES = {
    "Providers": [{"name": "p", "api_base_url": "http://p", "api_key": "$#{none}{command:id}", "models": ["n"]}],
    "schema": [{"id": "none", "type": "input", "required": False}],
}


def test_lookup_can_not_be_put_together_from_pieces(tmp_path: Path) -> None:
    loaded = read(tmp_path, PIECES)
    assert loaded.config is None
    assert "would look up" in str(loaded.problems[0])


def test_users_own_answer_may_be_a_lookup(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-mine")
    provider = {"name": "p", "api_base_url": "http://p", "api_key": "#{key}", "models": ["n"]}
    manifest = {"Providers": [provider], "schema": [{"id": "key"}]}
    assert read(tmp_path, manifest).config is None
    home = Home(tmp_path)
    presetfile.answer(presetfile.find(home, "x"), {"key": f"${{file:{tmp_path}/key}}"})
    loaded = presetconfig.read(home, "x", path=home.config, env={})
    assert loaded.require().providers[0].keys[0].key == "sk-mine"


def test_consent_is_for_the_code_as_it_was(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"CUSTOM_ROUTER_PATH": "r.py"})
    assert loaded.config is None
    home = Home(tmp_path)
    preset = presetfile.find(home, "x")
    presetfile.sign(preset, presetfile.new_note("x", code=presetfile.digest(preset.folder)))
    found = presetconfig.read(home, "x", path=home.config, env={}).require()
    assert found.custom_router_path == str(preset.folder.resolve() / "r.py")
