"""State that upstreams want back, as text."""

import pytest

from ccr.dialect.openai_chat.state import State, pack, unpack


@pytest.mark.parametrize("state", [State(), State(details=[{"a": 1}]), State(calls={"0": {"google": {}}})])
def test_state_comes_back_as_it_was(state: State) -> None:
    assert unpack([pack(state)]) == state


def test_unpack_joins_the_parts_of_a_turn() -> None:
    parts = [State(details=[{"a": 1}]), State(calls={"0": {"x": 1}}), State(details=[{"b": 2}], calls={"1": {}})]
    assert unpack(map(pack, parts)) == State(details=[{"a": 1}, {"b": 2}], calls={"0": {"x": 1}, "1": {}})


@pytest.mark.parametrize("payload", ["", "x", "[]", '{"details": 7}', '{"calls": {"0": 1}}'])
def test_unpack_passes_over_what_it_cannot_read(payload: str) -> None:
    assert unpack([payload]) == State()
