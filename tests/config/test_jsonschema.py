"""The shipped JSON Schema: current, and true for the files that people have."""

from importlib import resources

import msgspec
import pyjson5
import pytest

from ccr.config.jsonschema import document, schema
from tests.config import sample
from tests.config.minischema import complaints


def test_schema_is_the_shipped_one() -> None:
    shipped = resources.files("ccr").joinpath("data/config.schema.json").read_bytes()
    assert shipped == document(), "run: python -m ccr.config.jsonschema > ccr/data/config.schema.json"


@pytest.mark.parametrize("name", sample.FILES)
def test_schema_accepts_the_sample(name: str) -> None:
    assert list(complaints(pyjson5.decode(sample.FILES[name]), schema(), schema())) == []


@pytest.mark.parametrize("name", sample.PROVIDERS)
def test_schema_accepts_the_provider(name: str) -> None:
    config = {"Providers": [pyjson5.decode(sample.PROVIDERS[name])]}
    assert list(complaints(config, schema(), schema())) == []


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"PORT": "3456"}, "$.PORT"),
        ({"PORT": 70000}, "$.PORT"),
        ({"Providers": {}}, "$.Providers"),
        ({"Providers": [{"name": "x"}]}, "$.Providers[0]"),
        ({"Providers": [{"name": "x", "api_base_url": "y", "api_keys": [5]}]}, "$.Providers[0].api_keys[0]"),
        ({"Providers": [{"name": "x", "api_base_url": "y", "timeouts": {"idle": 0}}]}, "$.Providers[0].timeouts.idle"),
        ({"Providers": [{"name": "x", "api_base_url": "y", "transformer": {"use": [1]}}]}, "$.Providers[0]"),
        ({"LOG_LEVEL": "loud"}, "$.LOG_LEVEL"),
    ],
)
def test_schema_refuses(config: dict[str, object], path: str) -> None:
    found = list(complaints(config, schema(), schema()))
    assert len(found) == 1
    assert found[0].startswith(path)


def test_schema_describes_every_setting() -> None:
    settings = schema()["properties"]
    assert [name for name, setting in settings.items() if not setting.get("description")] == []


def test_document_is_json() -> None:
    assert msgspec.json.decode(document()) == schema()
