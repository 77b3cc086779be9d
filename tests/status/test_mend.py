from typing import get_args

import pytest

from ccr.keys.failure import Kind
from ccr.status.mend import mend


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_failure_has_a_mend(kind: str) -> None:
    assert mend(kind)


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        ("server", {"message": "the upstream answered with a web page: 'x'"}, "web page"),
        ("server", {"message": "the upstream redirects to /x"}, "web page"),
        ("network", {"message": "certificate verify failed"}, "ca_file"),
        ("auth", {"has_key": False}, "wants a key"),
        ("auth", {}, "make a new one"),
        ("model", {"status": 404, "message": "Not Found"}, "api_base_url"),
        ("model", {"status": 404, "message": "no such model"}, "the model's name"),
    ],
)
def test_mend_follows_the_facts(kind: str, facts: dict[str, object], expected: str) -> None:
    assert expected in mend(kind, **facts)  # type: ignore[arg-type]


def test_unknown_kind_has_no_mend() -> None:
    assert mend("") == ""
