"""Field by field reading: liberties that files take, and mistakes that don't hide one another."""

from typing import Any

import pytest

from ccr.config.problem import Report
from ccr.config.read import pick, read
from ccr.config.schema import Config, Key, ModelSettings, PluginSpec, Provider, Router, Timeouts


def config(raw: dict[str, Any]) -> tuple[Config, list[str]]:
    report = Report()
    found = read(Config, raw, path="", report=report, vital=("PORT",))
    assert found is not None
    return found, [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    ("raw", "attribute", "expected"),
    [
        ({"PORT": "3457"}, "port", 3457),
        ({"PORT": 3457.0}, "port", 3457),
        ({"port": 3457}, "port", 3457),
        ({"PORT": None}, "port", 3456),
        ({"PORT": " "}, "port", 3456),
        ({"LOG": "false"}, "log", False),
        ({"log": False}, "log", False),
        ({"LOG": True, "log": False}, "log", True),
        ({"LOG_LEVEL": "Warning"}, "log_level", "warn"),
        ({"LOG_LEVEL": "DEBUG"}, "log_level", "debug"),
        ({"APIKEY": 12345}, "apikey", "12345"),
        ({"APIKEY": " secret\n"}, "apikey", "secret"),
        ({"APIKEY": ""}, "apikey", None),
        ({"HTTPS_PROXY": "http://a", "PROXY_URL": "http://b"}, "proxy_url", "http://a"),
        ({"httpsProxy": "http://a"}, "proxy_url", "http://a"),
        ({"HTTPS_PROXY": "", "PROXY_URL": "http://b"}, "proxy_url", "http://b"),
        ({"usePlugin": "one"}, "use_plugins", ("one",)),
        ({"usePlugins": [" one ", ""]}, "use_plugins", ("one",)),
        ({"transformers": "a.py"}, "transformers", (PluginSpec("a.py"),)),
        (
            {"transformers": [{"path": "a.py", "options": {"x": 1}}]},
            "transformers",
            (PluginSpec("a.py", None, {"x": 1}),),
        ),
        (
            {"fallback": {"default": "a,b", "think": ["c,d", "e,f"]}},
            "fallback",
            {"default": ("a,b",), "think": ("c,d", "e,f")},
        ),
        ({"forceUseImageAgent": "true"}, "force_use_image_agent", True),
        ({"statusline": {"enabled": True}}, "status_line", {"enabled": True}),
        ({"mine": [1]}, "extra", {"mine": [1]}),
    ],
)
def test_read_takes(raw: dict[str, Any], attribute: str, expected: Any) -> None:
    found, problems = config(raw)
    assert getattr(found, attribute) == expected
    assert problems == []


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"PORT": "many"}, "PORT: expected a whole number, got text"),
        ({"PORT": 70000}, "PORT: expected a whole number <= 65535"),
        ({"LOG": "perhaps"}, "LOG: expected true or false, got text"),
        ({"LOG_LEVEL": "wran"}, "did you mean 'warn'?"),
        ({"StatusLine": []}, "StatusLine: expected an object, got a list"),
        ({"usePlugins": ["one", {}]}, "usePlugins[1]: expected text, got an object"),
        ({"transformers": [{"options": {}}]}, "transformers[0].path: is missing"),
        (
            {"transformers": [{"path": "a", "optoins": {}}]},
            "transformers[0].optoins: is not a known key (did you mean 'options'?)",
        ),
        ({"fallback": {"default": [5, {}]}}, "fallback.default[1]: expected text, got an object"),
        ({"fallback": "a,b"}, "fallback: expected an object, got text"),
        ({"APIKEY": True}, "APIKEY: expected text, got true or false"),
    ],
)
def test_read_says_what_is_wrong(raw: dict[str, Any], words: str) -> None:
    _, problems = config(raw)
    assert len(problems) == 1
    assert words in problems[0]


def test_read_finds_all_mistakes_and_keeps_the_rest() -> None:
    found, problems = config({"PORT": "x", "LOG": "y", "API_TIMEOUT_MS": "z", "HOST": "::1"})
    assert [problem.partition(":")[0] for problem in problems] == ["PORT", "LOG", "API_TIMEOUT_MS"]
    assert (found.port, found.log, found.host) == (3456, True, "::1")


def test_read_of_a_vital_field_is_fatal() -> None:
    report = Report()
    read(Config, {"PORT": [], "LOG": []}, path="", report=report, vital=("PORT",))
    assert [(problem.path, problem.fatal) for problem in report.problems] == [("PORT", True), ("LOG", False)]


def test_read_without_a_required_field_is_nothing() -> None:
    report = Report()
    assert read(Provider, {"name": "a"}, path="Providers[0]", report=report) is None
    assert [str(problem) for problem in report.problems] == ["Providers[0].api_base_url: is missing"]


def test_read_nested_objects() -> None:
    report = Report()
    raw = {
        "name": "a",
        "api_base_url": "http://h",
        "api_keys": ["k", {"key": "l", "weight": "2", "max_failures": 3, "cooldownTime": 60000}],
        "timeouts": {"idle": "30", "first_token": -1},
        "model_settings": {"m": {"context_window": "65536"}},
        "rotation_strategy": "Round-Robin",
        "headers": {"X-Title": "ccr", "X-Count": 1, "X-Gone": None},
    }
    provider = read(Provider, raw, path="p", report=report)
    assert provider is not None
    assert provider.keys == (Key("k"), Key("l", 2.0, 3, 60000))
    assert provider.timeouts == Timeouts(idle=30.0)
    assert provider.model_settings == {"m": ModelSettings(context_window=65536)}
    assert provider.rotation_strategy == "round_robin"
    assert provider.headers == {"X-Title": "ccr", "X-Count": "1"}
    assert [str(problem) for problem in report.problems] == [
        "p.timeouts.first_token: expected a number > 0.0 (it is ignored)"
    ]


def test_read_keeps_further_routes() -> None:
    router = read(Router, {"default": "a,b", "haiku": "a,c", "longContextThreshold": "1000"}, path="", report=Report())
    assert router == Router(default="a,b", long_context_threshold=1000, extra={"haiku": "a,c"})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"api_base_url": "a", "baseUrl": "b"}, ("api_base_url", "a")),
        ({"api_base_url": "", "baseUrl": "b"}, ("baseUrl", "b")),
        ({"API_BASE_URL": "c"}, ("API_BASE_URL", "c")),
        ({"HOST": "d"}, ("HOST", "d")),
        ({}, ("api_base_url", None)),
    ],
)
def test_pick_finds_the_spelling(raw: dict[str, Any], expected: tuple[str, Any]) -> None:
    assert pick(raw, "api_base_url") == expected
