"""Entries of `Providers`: keys, models, names, addresses."""

from typing import Any

import pytest

from ccr.config.problem import Report
from ccr.config.provider import merge_keys, providers
from ccr.config.schema import Chains, Entry, Key, Provider


def read(*items: Any) -> tuple[tuple[Provider, ...], list[str]]:
    report = Report()
    found = providers(list(items), path="Providers", report=report)
    return found, [str(problem) for problem in report.problems]


def provider(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "api_base_url": "https://a.example/v1", **fields}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ()),
        ({"api_key": ""}, ()),
        ({"api_key": "k"}, (Key("k"),)),
        ({"api_key": " k\n"}, (Key("k"),)),
        ({"apiKey": "k"}, (Key("k"),)),
        ({"api_key": ["k", "l"]}, (Key("k"), Key("l"))),
        ({"api_keys": ["k", "l", "k"]}, (Key("k"), Key("l"))),
        ({"api_keys": "k, l"}, (Key("k"), Key("l"))),
        ({"api_keys": ["", None, "k"]}, (Key("k"),)),
        ({"api_key": "k", "api_keys": ["l", "k"]}, (Key("k"), Key("l"))),
        ({"api_key": "k", "api_keys": [{"key": "k", "weight": 3}]}, (Key("k", 3.0),)),
        ({"api_keys": [{"key": "k", "weight": 3}, "k"]}, (Key("k", 3.0),)),
        ({"api_key": "$UNSET"}, ()),
        ({"api_keys": ["${UNSET}", "k"]}, (Key("k"),)),
        ({"api_key": "pa$SWORD"}, (Key("pa$SWORD"),)),
    ],
)
def test_provider_keys(fields: dict[str, Any], expected: tuple[Key, ...]) -> None:
    (found,), problems = read(provider(**fields))
    assert found.keys == expected
    assert problems == []


@pytest.mark.parametrize("key", ["sk-1\u200b", "\u201csk-1\u201d", "sk\n1"])
def test_provider_key_that_can_not_be_sent(key: str) -> None:
    (found,), problems = read(provider(api_keys=[key, "good"]))
    assert found.keys == (Key("good"),)
    assert problems == ["Providers[0]: a key has a character that no header can carry, it is left out (type it again)"]


def test_provider_models_and_chain() -> None:
    (found,), problems = read(provider(models=["m", " n", "m"], transformer={"use": ["x"], "n": ["y"]}))
    assert found.models == ("m", "n")
    assert found.chain == Chains(provider=(Entry("x"),), models={"n": (Entry("y"),)})
    assert problems == []


def test_provider_models_may_be_one_text() -> None:
    (found,), _ = read(provider(models="m"))
    assert found.models == ("m",)


def test_provider_in_capitals_as_documented_for_version_2() -> None:
    (found,), problems = read({"NAME": "a", "HOST": "https://a.example", "APIKEY": "k", "MODELS": ["m"]})
    assert found == Provider(name="a", url="https://a.example", keys=(Key("k"),), models=("m",))
    assert problems == []


def test_provider_keeps_and_mentions_unknown_keys() -> None:
    (found,), problems = read(provider(modles=["m"], icon="x"))
    assert found.extra == {"modles": ["m"], "icon": "x"}
    assert problems == [
        "Providers[0].modles: is not a known key (did you mean 'models'?)",
        "Providers[0].icon: is not a known key (it is ignored)",
    ]


@pytest.mark.parametrize("item", [None, "text", [], {}, {"name": "a"}, {"name": "", "api_base_url": "https://h"}])
def test_providers_leave_out_what_is_unusable(item: Any) -> None:
    found, problems = read(item, provider())
    assert [each.name for each in found] == ["a"]
    assert problems[-1].startswith("Providers[0]: can't be used and is left out")


def test_providers_use_the_last_of_a_name() -> None:
    found, problems = read(provider(api_key="1"), provider(name="b"), provider(api_key="2"))
    assert [(each.name, each.keys) for each in found] == [("b", ()), ("a", (Key("2"),))]
    assert problems == ["Providers[2].name: 'a' is there twice; this one is used"]


@pytest.mark.parametrize("raw", [{}, "x", 5])
def test_providers_that_are_no_list_are_fatal(raw: Any) -> None:
    report = Report()
    assert providers(raw, path="Providers", report=report) == ()
    assert report.is_fatal


@pytest.mark.parametrize(
    ("url", "words"),
    [("ftp://a.example", "can't be reached by ftp://"), ("https://a.example/v1 beta", "has a blank in it")],
)
def test_provider_url_that_can_not_work(url: str, words: str) -> None:
    _, problems = read(provider(api_base_url=url))
    assert len(problems) == 1
    assert words in problems[0]


@pytest.mark.parametrize("url", ["https://a.example", "HTTP://a.example", "a.example/v1", "localhost:1234"])
def test_provider_url_that_works(url: str) -> None:
    (found,), problems = read(provider(api_base_url=f" {url} "))
    assert found.url == url
    assert problems == []


def test_merge_keys_keeps_the_order_of_first_mention() -> None:
    assert merge_keys([Key("a"), Key("b"), Key("a", rpm=5)]) == (Key("a", rpm=5), Key("b"))
