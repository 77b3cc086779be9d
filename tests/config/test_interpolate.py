"""`$NAME` and `${NAME}` in values, by the rules of the original."""

import pytest

from ccr.config.interpolate import Unset, interpolate, placeholder

ENV = {"KEY": "k1", "A_2": "a2", "lower": "low", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$KEY", "k1"),
        ("${KEY}", "k1"),
        ("x-${KEY}-$A_2.", "x-k1-a2."),
        ("${lower}", "low"),
        ("$lower", "$lower"),
        ("$KEYS", "$KEYS"),
        ("$MISSING ${MISSING}", "$MISSING ${MISSING}"),
        ("$EMPTY", "$EMPTY"),
        ("$5 and 5$", "$5 and 5$"),
        ("$$KEY", "$k1"),
        ("${}", "${}"),
        ("${KEY", "${KEY"),
    ],
)
def test_interpolate_text(text: str, expected: str) -> None:
    assert interpolate({"v": text}, ENV)[0] == {"v": expected}


def test_interpolate_is_recursive_and_leaves_keys_and_its_input_alone() -> None:
    value = {"$KEY": ["$KEY", {"deep": "${A_2}", "n": 1, "none": None, "yes": True}]}
    filled, unset = interpolate(value, ENV)
    assert filled == {"$KEY": ["k1", {"deep": "a2", "n": 1, "none": None, "yes": True}]}
    assert value["$KEY"][0] == "$KEY"
    assert unset == ()


def test_interpolate_does_not_fill_what_a_variable_brought_in() -> None:
    assert interpolate({"v": "$A"}, {"A": "$B", "B": "no"})[0] == {"v": "$B"}


def test_interpolate_names_unset_variables_with_their_place() -> None:
    _, unset = interpolate({"Providers": [{"api_key": "$NONE"}], "b": "${EMPTY} $KEY"}, ENV)
    assert unset == (Unset("Providers[0].api_key", "NONE"), Unset("b", "EMPTY"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("$KEY", "KEY"), (" ${my key} ", "my key"), ("sk-$KEY", None), ("plain", None), ("", None), ("$lower", None)],
)
def test_placeholder_is_a_lone_variable(text: str, expected: str | None) -> None:
    assert placeholder(text) == expected
