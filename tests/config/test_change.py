import pyjson5
import pytest

from ccr.config import change
from ccr.config.parse import parse
from ccr.errors import CommandError

TEXT = """{
  // mine
  providers: [
    {name: "p", api_base_url: "http://127.0.0.1:1/v1", models: ["a", "b"]},
    {name: "Q", api_base_url: "http://127.0.0.1:1/v1", models: "x"},
    {name: "none", api_base_url: "http://127.0.0.1:1/v1"},
  ],
  Router: {
    default: "p,a", long_context: "p,b", think: {model: "p,a", schedule: []}, haiku: "Q,x", longContextThreshold: 5,
  },
}
"""
LOADED = parse(TEXT, {})
CONFIG = LOADED.require()


def test_routes_are_shown_in_a_fixed_order() -> None:
    assert change.shown_routes(LOADED.raw) == {
        "default": "p,a",
        "background": "",
        "think": "p,a",
        "longContext": "p,b",
        "webSearch": "",
        "image": "",
        "haiku": "Q,x",
    }
    assert set(change.shown_routes({}).values()) == {""}


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("default", ("Router", "default")),
        ("longContext", ("Router", "long_context")),
        ("think", ("Router", "think", "model")),
        ("webSearch", ("Router", "webSearch")),
    ],
)
def test_route_is_set_where_it_stands(route: str, path: tuple[str, ...]) -> None:
    edited = change.set_route(TEXT, LOADED.raw, route, "p,b")
    found = pyjson5.decode(edited.text)
    for key in path:
        found = found[key]
    assert found == "p,b"
    assert "// mine" in edited.text


@pytest.mark.parametrize(("provider", "models"), [("p", ["a", "b", "c"]), ("Q", ["x", "c"]), ("none", ["c"])])
def test_model_is_added_to_its_provider(provider: str, models: list[str]) -> None:
    found = pyjson5.decode(change.add_model(TEXT, LOADED.raw, provider, "c").text)
    assert {item["name"]: item.get("models") for item in found["providers"]}[provider] == models


def test_provider_is_added_to_the_list() -> None:
    assert pyjson5.decode(change.add_provider(TEXT, LOADED.raw, {"name": "z"}).text)["providers"][3] == {"name": "z"}
    assert pyjson5.decode(change.add_provider("{}", {}, {"name": "z"}).text) == {"Providers": [{"name": "z"}]}
    with pytest.raises(CommandError):
        change.add_provider("{Providers: {}}", {"Providers": {}}, {})
    with pytest.raises(CommandError, match="gone"):
        change.add_model(TEXT, LOADED.raw, "gone", "c")


@pytest.mark.parametrize(
    ("word", "expected"), [("THINK", "think"), ("long_context", "longContext"), ("opus", "opus"), ("mine", "mine")]
)
def test_route_is_known_by_any_spelling(word: str, expected: str) -> None:
    assert change.read_route(word, LOADED.raw) == expected


@pytest.mark.parametrize("word", ["thnik", "", "longContextThreshold", "defualt"])
def test_slip_of_the_pen_is_no_route(word: str) -> None:
    with pytest.raises(CommandError, match="there is no route"):
        change.read_route(word, LOADED.raw)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("P, a", ("p,a", "")), ("none,any", ("none,any", "")), ("p,aa:x", ("p,aa:x", "has no model"))],
)
def test_target_is_a_pair(word: str, expected: tuple[str, str]) -> None:
    pair, oddity = change.read_target(word, CONFIG)
    assert pair == expected[0]
    assert expected[1] in oddity
    assert bool(expected[1]) == bool(oddity)


@pytest.mark.parametrize("word", ["z,a", "p", "p,", ","])
def test_target_without_provider_or_model_is_refused(word: str) -> None:
    with pytest.raises(CommandError):
        change.read_target(word, CONFIG)


def test_target_needs_a_provider() -> None:
    with pytest.raises(CommandError, match="ccr setup"):
        change.read_target("p,a", parse("{}", {}).require())


@pytest.mark.parametrize(
    ("url", "is_good"),
    [("https://a.b/v1", True), ("http://[::1]:1", True), ("ftp://a", False), ("a.b", False), ("http://a:x", False)],
)
def test_address_is_judged(url: str, is_good: bool) -> None:
    assert (change.complain_of_url(url) == "") is is_good


def test_models_are_split_at_commas() -> None:
    assert change.split_models(" a, b,a,,") == ["a", "b"]
    assert change.pairs(CONFIG) == ["p,a", "p,b", "Q,x"]


def test_set_route_keeps_the_fallbacks_of_a_list() -> None:
    text = '{"Router": {"default": ["a,b", "c,d"]}}'
    edited = change.set_route(text, parse(text, {}).raw, "default", "p,b")
    assert edited.text == '{"Router": {"default": ["p,b", "c,d"]}}'
    assert change.shown_routes(parse(edited.text, {}).raw)["default"] == "p,b"
