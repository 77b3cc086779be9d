import pytest

from ccr.dialect.vendor import EFFORTS, Vendor, nearest_effort


@pytest.mark.parametrize(
    ("has", "wanted", "expected"),
    [
        (("low", "medium", "high"), "medium", "medium"),
        (("low", "medium", "high"), "minimal", "low"),
        (("low", "medium", "high"), "max", "high"),
        (("low", "high", "max"), "medium", "high"),
        (("low", "high", "max"), "xhigh", "max"),
        (("none", "high"), "low", "high"),
        (("none", "high"), "none", "none"),
        (("low", "high"), "none", None),
        (("none", "default"), "high", "default"),
        ((), "high", None),
        (("low",), "unheard of", None),
        (("none",), "high", None),
    ],
)
def test_nearest_effort_is_a_word_of_the_vendor(has: tuple[str, ...], wanted: str, expected: str | None) -> None:
    assert nearest_effort(Vendor(efforts=has), wanted) == expected


def test_efforts_a_vendor_has_stay_as_they_are() -> None:
    assert [nearest_effort(Vendor(efforts=EFFORTS), effort) for effort in EFFORTS] == list(EFFORTS)
