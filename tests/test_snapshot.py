"""The configuration made ready: routes with hours and aliases, and what is known of each model."""

import json
from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.route.catalog import Model, Target
from ccr.snapshot import Snapshot


def snapshot(*, models: tuple[str, ...] = ("m",), settings: Any = None, **router: Any) -> Snapshot:
    provider = {"name": "up", "api_base_url": "http://up/v1", "models": models, "model_settings": settings or {}}
    return Snapshot(parse(json.dumps({"Providers": [provider], "Router": router}), {}).require(), "hash")


def test_routes_have_aliases_hours_and_signs() -> None:
    window = {"hours": "00:00-08:00", "model": "up,night"}
    found = snapshot(default={"model": "up,m", "schedule": [window]}, opus="up,m", thinkWhen={"budget": 7}).routes
    assert [w.model for w in found.rules["default"].windows] == ["up,night"]
    assert set(found.aliases) == {"opus"}
    assert found.think.budget == 7


@pytest.mark.parametrize(
    ("models", "settings", "expected"),
    [
        pytest.param(("glm-4.6",), {}, Model(200_000, False), id="by name"),
        pytest.param(("m",), {}, Model(), id="unknown"),
        pytest.param(
            ("glm-4.6",), {"glm-4.6": {"context_window": 64_000, "images": True}}, Model(64_000, True), id="as told"
        ),
    ],
)
def test_catalog_knows_the_model(models: tuple[str, ...], settings: Any, expected: Model) -> None:
    assert snapshot(models=models, settings=settings).catalog.known(Target("up", models[0])) == expected


def test_limits_of_a_model_reach_its_vendor() -> None:
    vendor = snapshot(models=("gpt-4o",)).upstream("up", "gpt-4o").vendor
    assert vendor.max_output == 16_384
    assert not snapshot(models=("glm-4.6",)).upstream("up", "glm-4.6").vendor.images
    told = snapshot(models=("gpt-4o",), settings={"gpt-4o": {"max_output": 99}})
    assert told.upstream("up", "gpt-4o").vendor.max_output == 99


@pytest.mark.parametrize("address", ["http://localhost:11434/v1", "http://127.0.0.1:1234/v1"])
def test_window_at_home_is_what_its_user_says(address: str) -> None:
    provider = {"name": "up", "api_base_url": address, "models": ["glm-4.6"]}
    config = parse(json.dumps({"Providers": [provider]}), {}).require()
    assert Snapshot(config, "hash").catalog.known(Target("up", "glm-4.6")) == Model(None, False)


def test_rules_of_the_file_are_in_force() -> None:
    rules = [{"when": {"tool": "Bash", "tokens": "> 100"}, "model": "up,m", "name": "mine"}]
    (line,) = snapshot(default="up,m", rules=rules).routes.table
    assert (line.name, line.model, line.over) == ("mine", "up,m", 100)
