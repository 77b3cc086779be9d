import json
import sys
from pathlib import Path

import pytest

from ccr.run.configtext import ConfigText
from ccr.run.setup import Wanted, compose, key_of, models_of, put_provider, try_out, write
from tests.vendor import chat_reply, refusal, vendor


def test_references_are_followed() -> None:
    assert key_of(Wanted(name="a", url="u", key="$X"), {"X": "sk"}) == "sk"
    assert key_of(Wanted(name="a", url="u", key="$X"), {}) == ""
    assert key_of(Wanted(name="a", url="u", key="${keychain:a}", hidden="sk"), {}) == "sk"


def test_providers_and_routes_are_put_into_what_is_there() -> None:
    text = '{\n  // mine\n  "Providers": [{"name": "a", "old": 1}, {"name": "b"}],\n}\n'
    wanted = [Wanted(name="a", url="u", models=("m",)), Wanted(name="c", url="v", key="$K", models=("n",))]
    made = compose(text, wanted, {"default": "a,m"})
    assert "// mine" in made.text
    assert not made.is_rewritten
    assert "old" not in made.text


def test_provider_takes_the_place_of_its_namesake() -> None:
    text = '{"Providers": [{"name": "a"}, {"name": "b"}]}'
    made = put_provider(text, json.loads(text), {"name": "b", "x": 1})
    assert json.loads(made.text)["Providers"] == [{"name": "a"}, {"name": "b", "x": 1}]


def test_models_are_tried_with_their_keys(tmp_path: Path) -> None:
    config = ConfigText(tmp_path / "config.json", {}).config
    with vendor(lambda r: chat_reply(r.body) if r.key == "sk-1" else refusal(401, "bad key")) as made:
        wanted = [
            Wanted(name="a", url=f"{made.url}/v1", key="$ONE", models=("m", "n")),
            Wanted(name="b", url=f"{made.url}/v1", key="sk-2", models=("m",)),
        ]
        results = try_out(wanted, config, env={"ONE": "sk-1"}, seconds=5, seen=lambda _: None)
    assert [(r.provider, r.model, r.ok) for r in results] == [("a", "m", True), ("a", "n", True), ("b", "m", False)]


def test_models_are_listed() -> None:
    with vendor(lambda _: (200, {"data": [{"id": "m"}, {"id": "text-embedding"}]})) as made:
        assert models_of(Wanted(name="a", url=made.url), env={}, proxy_url=None) == ["m"]


@pytest.mark.skipif(sys.platform == "darwin", reason="the made-up keychain is that of other systems")
def test_secret_goes_to_the_keychain_before_the_file_is_written(tmp_path: Path) -> None:
    tool = tmp_path / "secret-tool"
    tool.write_text(f"#!/bin/sh\n[ $1 = lookup ] || cat > {tmp_path}/stored\n")
    tool.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    text = ConfigText(tmp_path / "config.json", env)
    wanted = Wanted(name="a", url="http://a", key="${keychain:a}", hidden="sk-secret", models=("m",))
    write(text, [wanted], {"default": "a,m"}, anew=False, env=env)
    assert (tmp_path / "stored").read_text() == "sk-secret"
    assert "sk-secret" not in (tmp_path / "config.json").read_text()
