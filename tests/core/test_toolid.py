"""Ids of tool calls."""

from hypothesis import given
from hypothesis import strategies as st

from ccr.core.toolid import alnum_id


@given(st.text())
def test_an_id_of_nine_is_legal_and_stays_the_same(call_id: str) -> None:
    found = alnum_id(call_id)
    assert len(found) == 9
    assert found.isascii()
    assert found.isalnum()
    assert alnum_id(call_id) == alnum_id(found) == found


def test_a_legal_id_is_kept_and_others_differ() -> None:
    assert alnum_id("Ab3dEf6hI") == "Ab3dEf6hI"
    assert len({alnum_id(call_id) for call_id in ("toolu_1", "toolu_2", "call_0123", "call_01234")}) == 4
