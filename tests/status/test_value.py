import pytest

from ccr.status.value import mapping, member, number, text

VALUE = {"a": {"b": "x", "n": 3, "t": True, "o": {}}, "big": float("inf")}


@pytest.mark.parametrize(
    ("path", "expected"), [(("a", "b"), "x"), (("a", "n"), ""), (("a", "b", "c"), ""), (("z",), ""), ((), "")]
)
def test_text_is_text_or_empty(path: tuple[str, ...], expected: str) -> None:
    assert text(VALUE, *path) == expected


@pytest.mark.parametrize(("path", "expected"), [(("a", "n"), 3), (("a", "t"), 0), (("a", "b"), 0), (("big",), 0)])
def test_number_is_a_finite_number_or_zero(path: tuple[str, ...], expected: float) -> None:
    assert number(VALUE, *path) == expected


def test_member_and_mapping_take_any_value() -> None:
    assert member([1], "a") is None
    assert mapping(VALUE, "a", "b") == {}
    assert mapping(VALUE, "a", "o") == {}
