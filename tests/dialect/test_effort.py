"""How much thinking is asked for."""

from typing import Any

import pytest

from ccr.dialect.effort import effort_of


@pytest.mark.parametrize(
    ("reasoning", "expected"),
    [
        ({"enabled": False}, "none"),
        ({"enabled": False, "effort": "high"}, "none"),
        ({}, "none"),
        ({"enabled": True}, ""),
        ({"enabled": True, "adaptive": True}, ""),
        ({"enabled": True, "effort": "xhigh", "max_tokens": 1}, "xhigh"),
        ({"enabled": True, "max_tokens": 1024}, "low"),
        ({"enabled": True, "max_tokens": 1025}, "medium"),
        ({"enabled": True, "max_tokens": 8192}, "medium"),
        ({"enabled": True, "max_tokens": 31999}, "high"),
    ],
    ids=repr,
)
def test_effort_of_a_request(reasoning: dict[str, Any], expected: str) -> None:
    assert effort_of(reasoning) == expected
