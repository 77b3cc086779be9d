"""From text to configuration: what people have must load, and everything that is wrong must be said."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.config.parse import Loaded, parse
from ccr.config.schema import Entry, Key
from ccr.errors import ConfigError
from tests.config import sample

HARMLESS = (
    "Router.default: is not set",
    "Providers: there is no provider",
    "HOST: '0.0.0.0' would let other machines in",
    "GEMINI_API_KEY: is not a known key",
    "OPENAI_API_KEY: the environment variable",
)


def load(value: Any, env: dict[str, str] | None = None) -> Loaded:
    return parse(msgspec.json.encode(value).decode(), env or {})


def texts(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]


@pytest.mark.parametrize("name", sample.FILES)
def test_parse_of_a_published_file(name: str) -> None:
    loaded = parse(sample.FILES[name], {"OPENAI_API_KEY": "sk-1"})
    assert loaded.config is not None
    assert [text for text in texts(loaded) if not text.startswith(HARMLESS)] == []
    assert not any(problem.fatal for problem in loaded.problems)


@pytest.mark.parametrize("name", sample.PROVIDERS)
def test_parse_of_a_published_provider(name: str) -> None:
    config = parse(f'{{"Providers": [{sample.PROVIDERS[name]}]}}', {}).require()
    (provider,) = config.providers
    assert provider.keys
    assert provider.models
    assert provider.chain.provider
    assert provider.extra == {}


def test_parse_registers_providers_without_a_key() -> None:
    config = parse(sample.FILES["1.0.5x-full.json"], {}).require()
    by_name = {provider.name: provider for provider in config.providers}
    assert len(by_name) == 8
    assert by_name["modelscope"].keys == ()
    assert by_name["modelscope"].chain.provider == (Entry("maxtoken", {"max_tokens": 65536}), Entry("enhancetool"))
    assert by_name["modelscope"].chain.models == {"Qwen/Qwen3-235B-A22B-Thinking-2507": (Entry("reasoning"),)}
    assert (config.apikey, config.proxy_url) == ("your-secret-key", "http://127.0.0.1:7890")
    assert config.router.web_search == "gemini,gemini-2.5-flash"


def test_parse_makes_the_first_versions_provider() -> None:
    config = parse(sample.FILES["1.0.8-routes.json"], {}).require()
    assert config.router.default == "default,deepseek-chat"
    assert [provider.name for provider in config.providers] == ["openrouter", "deepseek", "ollama", "default"]


def test_parse_fills_the_environment_in() -> None:
    loaded = load(
        {
            "PROXY_URL": "http://$PROXY:80",
            "LOG": "$LOG",
            "PORT": "${PORT}",
            "Providers": [
                {
                    "name": "a",
                    "api_base_url": "https://h/v1",
                    "api_key": "$KEY",
                    "models": ["$MODEL"],
                    "transformer": {"use": [["x", {"deep": ["$KEY"]}]]},
                }
            ],
            "Router": {"default": "a,$MODEL"},
        },
        {"PROXY": "p", "LOG": "false", "PORT": "4000", "KEY": "k", "MODEL": "m"},
    )
    config = loaded.require()
    assert (config.proxy_url, config.log, config.port) == ("http://p:80", False, 4000)
    assert config.providers[0].keys == (Key("k"),)
    assert config.providers[0].chain.provider == (Entry("x", {"deep": ["k"]}),)
    assert config.router.default == "a,m"
    assert loaded.problems == ()
    assert loaded.raw["Providers"][0]["api_key"] == "$KEY"


def test_parse_names_the_variable_that_a_key_lacks() -> None:
    loaded = load({"providers": [{"name": "a", "api_base_url": "https://h", "api_key": "$KEY", "models": ["m"]}]})
    assert loaded.require().providers[0].keys == ()
    assert "providers[0].api_key: the environment variable 'KEY' is not set (export KEY=...)" in texts(loaded)


@pytest.mark.parametrize(("upper", "lower", "expected"), [(["a"], ["b"], "a"), (None, ["b"], "b"), (["a"], None, "a")])
def test_parse_takes_providers_in_either_case(upper: Any, lower: Any, expected: str) -> None:
    def named(names: Any) -> Any:
        return names and [{"name": name, "api_base_url": "https://h", "models": ["m"]} for name in names]

    config = load(
        {"providers": named(lower), "Providers": named(upper), "router": {"default": f"{expected},m"}}
    ).require()
    assert [provider.name for provider in config.providers] == [expected]
    assert config.router.default == f"{expected},m"


def test_parse_keeps_a_scheduled_route_and_the_signs_of_thinking() -> None:
    route = {"model": "up,m", "schedule": [{"hours": "00:00-08:00", "model": "up,m"}]}
    provider = {"name": "up", "api_base_url": "http://up/v1", "models": ["m"]}
    router = {"default": route, "thinkWhen": {"budget": 100}, "schedule": {"haiku": []}, "haiku": "up,m"}
    loaded = parse(json.dumps({"Providers": [provider], "Router": router}), {})
    assert loaded.problems == ()
    found = loaded.require().router
    assert (found.default, found.think_when, found.extra) == (route, {"budget": 100}, {"haiku": "up,m"})


def test_parse_tells_all_problems_at_once_the_fatal_first() -> None:
    loaded = load(
        {
            "LOG": "perhaps",
            "PORT": "many",
            "Router": [],
            "Providers": [{"api_base_url": "https://h"}, {"name": "a", "api_base_url": "https://h", "modles": []}],
            "fallback": {"default": ["b,c"]},
        }
    )
    assert loaded.config is None
    assert [(problem.path, problem.fatal) for problem in loaded.problems] == [
        ("Router", True),
        ("PORT", True),
        ("Providers[0].name", False),
        ("Providers[0]", False),
        ("Providers[1].modles", False),
        ("LOG", False),
        ("fallback.default[0]", False),
    ]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], ""),
        ({"Providers": {"name": "a"}}, "Providers"),
        ({"Router": "a,b"}, "Router"),
        ({"PORT": -1}, "PORT"),
        ({"HOST": ["0.0.0.0"]}, "HOST"),
        ({"APIKEY": {"a": 1}}, "APIKEY"),
    ],
)
def test_parse_finds_it_unusable(value: Any, path: str) -> None:
    loaded = load(value)
    assert loaded.config is None
    assert [problem.path for problem in loaded.problems if problem.fatal] == [path]
    with pytest.raises(ConfigError, match=path or "one JSON object"):
        loaded.require()


@pytest.mark.parametrize(
    "value", [{}, {"Providers": [], "Router": {}}, {"Providers": None, "Router": None}, {"PORT": ""}]
)
def test_parse_of_next_to_nothing_is_usable(value: Any) -> None:
    loaded = load(value)
    assert loaded.require().port == 3456
    assert [problem.path for problem in loaded.problems] == ["Providers"]


def test_parse_shuts_the_door_when_there_is_no_key() -> None:
    assert load({"HOST": "0.0.0.0"}).require().host == "127.0.0.1"
    assert load({"HOST": "0.0.0.0", "APIKEY": "s"}).require().host == "0.0.0.0"


@pytest.mark.parametrize(("value", "port"), [("4711", 4711), ("", 3000), ("tcp://10.0.0.1:80", 3000)])
def test_parse_lets_the_service_port_win(value: str, port: int) -> None:
    assert load({"PORT": 3000}, {"SERVICE_PORT": value}).require().port == port


def test_parse_takes_zero_for_the_default_where_the_original_does() -> None:
    config = load({"API_TIMEOUT_MS": 0, "Router": {"longContextThreshold": 0}}).require()
    assert (config.api_timeout_ms, config.router.long_context_threshold) == (600_000, 60_000)


def test_hash_follows_the_meaning_not_the_writing() -> None:
    first = parse(
        '{"PORT": 3457, "Providers": [{"name": "a", "api_base_url": "https://h", "api_key": "$K"}]}', {"K": "1"}
    )
    same = parse('// mine\n{Providers: [{api_base_url: "https://h", name: "a", api_key: "1"}], port: "3457",}', {})
    other = parse(
        '{"PORT": 3457, "Providers": [{"name": "a", "api_base_url": "https://h", "api_key": "$K"}]}', {"K": "2"}
    )
    assert first.hash == same.hash
    assert first.config == same.config
    assert first.hash != other.hash


def test_hash_of_broken_files_differs() -> None:
    assert parse("{", {}).hash != parse("[", {}).hash


def test_parse_survives_a_variable_that_is_not_utf_8() -> None:
    loaded = load({"APIKEY": "$KEY"}, {"KEY": "\udcff"})
    assert loaded.require().apikey == "\udcff"
    assert loaded.hash


def test_config_can_not_be_changed() -> None:
    config = load({}).require()
    with pytest.raises(AttributeError):
        config.port = 1  # type: ignore[misc]


scalars = st.none() | st.booleans() | st.integers(-5, 70000) | st.floats() | st.text(max_size=8)
names = """
    PORT HOST APIKEY LOG Providers Router fallback transformers plugins usePlugins StatusLine name api_base_url api_key
    api_keys models transformer use default think options path key weight timeouts idle model_settings headers x
"""
keys = st.sampled_from(names.split())
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6), max_leaves=25
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(keys, junk, max_size=8))
def test_parse_never_raises(value: Any) -> None:
    loaded = parse(msgspec.json.encode(value).decode(), {"SERVICE_PORT": "1"})
    assert (loaded.config is None) == any(problem.fatal for problem in loaded.problems)
    assert all(str(problem) for problem in loaded.problems)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_parse_never_raises_on_text(text: str) -> None:
    assert parse(text, {}).hash


def test_a_route_in_a_list_is_read_in_its_long_form() -> None:
    text = """{"Router": {"default": ["a,b", "c,d"], "think": "a,b", "opus": []}}"""
    config = parse(text, {}).require()
    assert config.router.default == {"model": "a,b", "fallback": ["c,d"]}
    assert config.router.think == "a,b"


def test_parse_takes_no_rule_for_a_route() -> None:
    loaded = parse('{"Router": {"default": ["up,m", "up,n"], "rules": ["up,m"]}}', {})
    assert "Router.rules[0]: expected an object, got text (it is ignored)" in texts(loaded)
    assert loaded.require().router.rules == ()
