"""Names of tools on the wire."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.toolname import LIMIT, wire_name, wire_names

LEGAL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}")


@pytest.mark.parametrize("name", ["Bash", "mcp__server__tool", "a-b", "_x", "a" * 64])
def test_wire_name_leaves_legal_names_alone(name: str) -> None:
    assert wire_name(name) == name


@pytest.mark.parametrize("name", ["a" * 65, "mcp__weather.com__get", "1st", "-x", "über", "a b", "", "🙂"])
def test_wire_name_changes_others_into_legal_ones(name: str) -> None:
    assert wire_name(name) != name
    assert LEGAL.fullmatch(wire_name(name))


def test_wire_name_keeps_names_apart_that_begin_alike() -> None:
    assert wire_name("a" * 70 + "b") != wire_name("a" * 70 + "c")
    assert wire_name("a.b") != wire_name("a-b")
    assert wire_name("a.b") != wire_name("a:b")


@given(st.text(max_size=100))
def test_wire_name_is_always_legal_and_the_same(name: str) -> None:
    assert LEGAL.fullmatch(wire_name(name))
    assert len(wire_name(name)) <= LIMIT
    assert wire_name(wire_name(name)) == wire_name(name)


def test_wire_names_has_only_what_changed() -> None:
    assert wire_names(["Bash", "a.b"]) == {wire_name("a.b"): "a.b"}
