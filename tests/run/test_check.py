import json
from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.run.check import check

PROVIDER = {"name": "p", "api_base_url": "http://127.0.0.1:9/v1", "models": ["m"]}


def problems(**config: Any) -> list[tuple[str, bool]]:
    text = json.dumps({"Providers": [PROVIDER], "Router": {"default": "p,m"}, **config})
    return [(problem.path, problem.fatal) for problem in check(parse(text, {}))]


def test_good_configuration_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"Router": {"default": "q,m"}}, [("Router.default", False)]),
        ({"Router": {"default": "p,m", "think": {"model": 5}}}, [("Router.think", True)]),
        ({"Providers": [{**PROVIDER, "transformer": {"use": ["nope"]}}]}, [("", False)]),
        ({"PORT": "x"}, [("PORT", True)]),
    ],
)
def test_problem_has_its_place(config: Any, expected: list[tuple[str, bool]]) -> None:
    assert [found for found in problems(**config) if found in expected] == expected
