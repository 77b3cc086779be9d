import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.quickjson import loads
from tests import process
from tests.source import ROOT

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 2]))
def test_value_comes_back(value: object, indent: int | None) -> None:
    assert loads(json.dumps(value, indent=indent)) == value
    assert loads(f" \n{json.dumps(value)}\t ".encode()) == value


@pytest.mark.parametrize("text", ["", " ", "{", "[1,]", "{'a': 1}", "1 2", '"\n"', "nul", "{} x", "\xa01", '{"a" 1}'])
def test_what_the_standard_library_refuses_is_refused(text: str) -> None:
    for read in (json.loads, loads):
        with pytest.raises(ValueError, match=r"."):
            read(text)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "123456789012345678901234567890", '"\\ud83d\\ude00"'])
def test_odd_values_are_those_of_the_standard_library(text: str) -> None:
    assert repr(loads(text)) == repr(json.loads(text))


def test_byte_order_mark_is_no_part_of_the_text() -> None:
    assert loads(b"\xef\xbb\xbf{}") == {}


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        loads(b'"\xff"')


def test_depth_is_limited() -> None:
    with pytest.raises(RecursionError):
        loads("[" * 1_000_000)


def test_other_pythons_read_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_json", None)
    assert loads(b'{"a": [1]}') == {"a": [1]}


def test_mistake_is_told_where_the_standard_library_is_not_imported() -> None:
    program = """
import sys
from ccr.core.quickjson import loads
from tests import process
from tests.source import ROOT
assert "json" not in sys.modules
try:
    loads('{"a": 1,}')
except ValueError:
    print("refused")
"""
    assert process.run([sys.executable, "-S", "-c", program], env={"PYTHONPATH": str(ROOT)}).stdout == "refused\n"
