import json
from pathlib import Path
from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.run.check import check

PROVIDER = {"name": "p", "api_base_url": "http://127.0.0.1:9/v1", "models": ["m"]}


def problems(**config: Any) -> list[tuple[str, bool]]:
    text = json.dumps({"Providers": [PROVIDER], "Router": {"default": "p,m"}, **config})
    return [(problem.path, problem.fatal) for problem in check(parse(text, {}), folder=Path("/nowhere"), env={})]


def test_good_configuration_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"Router": {"default": "q,m"}}, [("Router.default", False)]),
        ({"Router": {"default": "p,m", "think": {"model": 5}}}, [("Router.think", True)]),
        ({"Providers": [{**PROVIDER, "transformer": {"use": ["nope"]}}]}, [("", False)]),
        ({"PORT": "x"}, [("PORT", True)]),
        ({"CUSTOM_ROUTER_PATH": "no.py"}, [("CUSTOM_ROUTER_PATH", False)]),
        ({"usePlugins": ["mine"]}, [("usePlugins", False)]),
        ({"REWRITE_SYSTEM_PROMPT": "/no.txt"}, [("REWRITE_SYSTEM_PROMPT", False)]),
    ],
)
def test_problem_has_its_place(config: Any, expected: list[tuple[str, bool]]) -> None:
    assert [found for found in problems(**config) if found in expected] == expected


TERSE = """
from ccr.transform.base import Transformer

class Terse(Transformer):
    name = "terse"
"""


def test_transformer_of_ones_own_is_known(tmp_path: Path) -> None:
    (tmp_path / "terse.py").write_text(TERSE)
    config = {
        "Providers": [{**PROVIDER, "transformer": {"use": ["terse"]}}],
        "Router": {"default": "p,m"},
        "transformers": [{"path": "terse.py"}],
    }
    assert check(parse(json.dumps(config), {}), folder=tmp_path, env={}) == ()
    (tmp_path / "terse.py").write_text("def broken(")
    found = check(parse(json.dumps(config), {}), folder=tmp_path, env={})
    assert [problem.path for problem in found] == ["transformers[0]", ""]
    assert all("terse.py" in problem.message and "never closed" in problem.message for problem in found)
