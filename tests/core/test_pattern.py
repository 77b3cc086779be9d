import re

import pytest

from ccr.core.pattern import pattern


def test_pattern_is_one_of_re() -> None:
    words = pattern(r"(\w)\w*", re.IGNORECASE)
    assert [found[1] for found in words.finditer("a bc")] == ["a", "b"]
    assert words.fullmatch("bc")
    assert words.sub(r"\1", "ab cd") == "a c"
    assert (words.pattern, words.groups) == (r"(\w)\w*", 1)


def test_mistake_is_seen_when_it_is_used() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.search("")
