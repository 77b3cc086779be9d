from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

import msgspec
import pytest

from ccr.config.chain import chains
from ccr.config.problem import Report
from ccr.core.event import Event, Text
from ccr.core.unified import Json
from ccr.dialect.vendor import DialectName
from ccr.errors import ConfigError
from ccr.transform.base import Context, Filter, Transformer
from ccr.transform.builtin import BUILTIN
from ccr.transform.chain import Chain, problems
from ccr.transform.pipeline import Pipeline
from tests.transform.case import context, request


class Entry(msgspec.Struct, frozen=True):
    name: str
    options: Mapping[str, Any] = {}
    path: str | None = None


class Noted(Transformer):
    """Writes its mark into the request, and into the text of the reply."""

    name = "noted"

    def edit(self, request: Json, context: Context) -> Json:
        return {**request, "notes": [*request.get("notes", ()), self.options["mark"]]}

    def filter(self, context: Context) -> Filter:
        return Marking(self.options["mark"])


class Marking:
    def __init__(self, mark: str) -> None:
        self._mark = mark

    def feed(self, event: Event) -> Iterable[Event]:
        return [Text(event.text + self._mark)] if isinstance(event, Text) else [event]

    def close(self) -> Iterable[Event]:
        return ()


REGISTRY = BUILTIN.having("noted", Noted)


def chain(provider: str, model: str = "") -> Chain:
    """Return a chain of entries, one for each character."""
    levels = [[Entry("noted", {"mark": mark}) for mark in marks] for marks in (provider, model)]
    return Chain.build(*levels, registry=REGISTRY)


def test_edits_run_in_order_and_filters_are_their_mirror() -> None:
    where = context()
    both = chain("ab", "xy")
    assert both.edit({"messages": []}, where)["notes"] == ["a", "b", "x", "y"]
    assert list(Pipeline(both.filters(where)).feed(Text("-"))) == [Text("-yxba")]


def test_filters_see_the_request_as_it_was_sent() -> None:
    where = context()
    sent = chain("a").edit(request(), where)
    assert where.request is sent


def test_filters_are_fresh_for_each_reply_and_none_are_made_in_vain() -> None:
    both, where = Chain.build([Entry("extrathinktag"), Entry("maxtoken", {"max_tokens": 5})]), context()
    first, second = both.filters(where), both.filters(where)
    assert (len(first), len(second)) == (1, 1)
    assert first[0] is not second[0]


@pytest.mark.parametrize("order", list(permutations(["gemini", "enhancetool", "streamoptions"])))
def test_dialect_may_stand_anywhere(order: tuple[str, ...]) -> None:
    found = Chain.build(map(Entry, order))
    assert found.dialect == "gemini"
    assert not found.only_dialect


@pytest.mark.parametrize(
    ("provider", "model", "dialect", "only"),
    [
        ([], [], None, False),
        (["Anthropic"], [], "anthropic", True),
        (["anthropic"], ["ANTHROPIC"], "anthropic", True),
        ([], ["Anthropic"], "anthropic", True),
        (["Anthropic", "cleancache"], [], "anthropic", False),
        (["Anthropic"], ["enhancetool"], "anthropic", False),
        (["OpenAI"], ["gemini"], "gemini", False),
        (["cleancache"], [], None, False),
    ],
)
def test_dialect_of_the_model_wins(
    provider: list[str], model: list[str], dialect: DialectName | None, only: bool
) -> None:
    found = Chain.build(map(Entry, provider), map(Entry, model))
    assert (found.dialect, found.only_dialect) == (dialect, only)


def test_options_are_those_of_the_entry_that_chose_the_dialect() -> None:
    entries = [Entry("openrouter", {"a": 1}), Entry("Anthropic", {"UseBearer": True}), Entry("cleancache", {"b": 1})]
    assert Chain.build(entries).options == {"UseBearer": True}
    assert Chain.build(entries[:1]).options == {}


@pytest.mark.parametrize(
    "written",
    [
        {"use": [["maxtoken", {"max_tokens": 100}]]},
        {"use": [{"name": "maxtoken", "options": {"max_tokens": 100}}]},
        {"use": ["MaxToken", "enhancetool"], "max_tokens": 100},
        {"m": {"use": [["maxtoken", {"max_tokens": "100"}]]}},
    ],
)
def test_options_work_in_every_spelling_of_the_configuration(written: Json) -> None:
    read = chains(written, models=["m"], path="Providers[0].transformer", report=Report())
    found = Chain.build(read.provider, read.models.get("m", ()))
    assert found.edit(request(), context())["max_tokens"] == 100


def test_build_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ConfigError, match="there is no transformer 'opnrouter'; did you mean 'openrouter'"):
        Chain.build([Entry("opnrouter")])


def test_problems_are_all_told() -> None:
    entries = [Entry("opnrouter"), Entry("cleancache"), Entry("maxtoken"), Entry("sampling", {"top_p": "much"})]
    found = problems(entries)
    assert [text.partition(":")[0] for text in found] == [
        "there is no transformer 'opnrouter'; did you mean 'openrouter'?",
        "transformer 'maxtoken'",
        "transformer 'sampling'",
    ]
