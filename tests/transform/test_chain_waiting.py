"""Chains in which something has to be waited for."""

import pytest

from ccr.core.unified import Json
from ccr.transform.base import Context, Transformer
from ccr.transform.chain import Chain, finish
from tests.transform.case import context, request


class Slow(Transformer):
    name = "slow"

    async def edit(self, request: Json, context: Context) -> Json:
        return {**request, "user": "slow"}


class Quick(Transformer):
    name = "quick"
    default_dialect = "gemini"

    def edit(self, request: Json, context: Context) -> Json:
        return {**request, "user": f"{request.get('user')} quick"}


class Speaker(Transformer):
    name = "speaker"
    dialect = "anthropic"


def test_what_has_to_be_awaited_is_yielded() -> None:
    steps = Chain((Slow({}), Quick({}))).edits(request(), context())
    waiting = next(steps)
    with pytest.raises(StopIteration) as done:
        waiting.send(None)  # type: ignore[attr-defined]
    with pytest.raises(StopIteration) as finished:
        steps.send(done.value.value)
    assert finished.value.value["user"] == "slow quick"


def test_chain_that_has_to_be_awaited_is_not_finished_at_once() -> None:
    with pytest.raises(TypeError, match="has to be awaited"):
        finish(Chain((Slow({}),)).edits(request(), context()))


def test_default_dialect_counts_where_no_entry_chooses() -> None:
    assert Chain((Quick({}),)).dialect == "gemini"
    assert Chain((Speaker({}), Quick({}))).dialect == "anthropic"
    assert not Chain((Quick({}),)).only_dialect
