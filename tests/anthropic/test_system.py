from typing import Any

import pytest

from ccr.anthropic.system import rewritten


def blocks(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}} for text in texts]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        pytest.param(
            blocks("id", "old <env> x <env>\nhere</env>"),
            blocks("id", "NEW<env>\nhere</env>"),
            id="up to the last mark",
        ),
        pytest.param(blocks("id", "old\n# Environment\nhere"), blocks("id", "NEW# Environment\nhere"), id="2.1"),
        pytest.param(blocks("id", "title"), blocks("id", "title"), id="a prompt of another kind"),
        pytest.param("old <env>x", [{"type": "text", "text": "NEW<env>x"}], id="text"),
        pytest.param([1, {"text": 2}], [1, {"text": 2}], id="nonsense"),
        pytest.param(None, None, id="none"),
    ],
)
def test_rewritten(system: Any, expected: Any) -> None:
    assert rewritten({"system": system}, "NEW") == {"system": expected}
