from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.preset.apply import apply, complete, fill, put
from ccr.preset.manifest import read_manifest

SCHEMA = [
    {"id": "mode", "type": "select", "options": ["a", "b"], "defaultValue": "a"},
    {"id": "key", "type": "password", "when": {"field": "mode", "value": "b"}},
    {"id": "fast", "type": "confirm"},
]


def test_unasked_questions_need_no_answer() -> None:
    manifest = read_manifest({"schema": SCHEMA})
    assert complete(manifest, {"key": "x"}, {}) == {"mode": "a", "fast": False}
    assert complete(manifest, {"mode": "b", "key": "x", "fast": "yes"}, {}) == {"mode": "b", "key": "x", "fast": True}
    with pytest.raises(ConfigError, match="key: key is needed"):
        complete(manifest, {"mode": "b"}, {})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("#{list}", ["m", "n"]),
        ("{{ word }}", "w"),
        ("a #{word} b #{flag} #{list}", "a w b true m,n"),
        ("#{nothing}", ""),
        ("#{none}", ""),
        ("a#{none}", "a"),
        ({"k": ["#{word}", 1]}, {"k": ["w", 1]}),
    ],
)
def test_references_are_filled(value: Any, expected: Any) -> None:
    assert fill(value, {"list": ["m", "n"], "word": "w", "flag": True, "none": None}) == expected


def test_template_takes_the_place_of_the_configuration() -> None:
    manifest = read_manifest({"Router": {"default": "a,b"}, "template": {"Router": {"default": "#{x}"}, "PORT": 1}})
    assert apply(manifest, {"x": "c,d"}) == {"Router": {"default": "c,d"}}


def test_mappings_apply_by_condition_and_answers_with_a_path_last() -> None:
    manifest = read_manifest(
        {
            "Providers": [{"name": "p"}],
            "configMappings": [
                {"target": "Providers[0].api_key", "value": "#{key}"},
                {"target": "Router.think", "value": "p,t", "when": {"field": "key", "value": "no"}},
            ],
        }
    )
    made = apply(manifest, {"key": "k", "Router.default": "p,m"})
    assert made == {"Providers": [{"name": "p", "api_key": "k"}], "Router": {"default": "p,m"}}


def test_what_a_preset_may_not_set_is_not_set_by_a_mapping() -> None:
    manifest = read_manifest({"configMappings": [{"target": "CLAUDE_PATH", "value": "/bin/evil"}]})
    assert apply(manifest, {"PORT.x": 1}) == {}


@pytest.mark.parametrize("path", ["", "[0]", "a[999999]", "a.b[0]", "list.x"])
def test_path_that_fits_nowhere_is_told(path: str) -> None:
    with pytest.raises(ConfigError):
        put({"a": {"b": {}}, "list": []}, path, 1)


def test_missing_parts_of_a_path_are_made() -> None:
    config: dict[str, Any] = {}
    put(config, "Providers[1].models[0]", "m")
    assert config == {"Providers": [{}, {"models": ["m"]}]}
