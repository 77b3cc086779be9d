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
