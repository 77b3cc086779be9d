import json
from pathlib import Path
from typing import Any

import pytest

from ccr.errors import CommandError
from ccr.run.source import Source, parse_route


def source(path: Path, **overrides: Any) -> Source:
    provider = {"name": "p", "api_base_url": "http://x.example", "api_key": "$KEY", "models": ["m", "n"]}
    path.write_text(json.dumps({"PORT": 4000, "Providers": [provider], "Router": {"default": "p,m", "opus": "p,m"}}))
    return Source(path=path, env={"KEY": "k"}, **overrides)


def test_file_is_read_as_it_is(tmp_path: Path) -> None:
    config = source(tmp_path / "c.json").read().require()
    assert (config.port, config.host, config.router.default) == (4000, "127.0.0.1", "p,m")


def test_overrides_are_put_in(tmp_path: Path) -> None:
    routes = {"default": "p,n", "longContext": "p,m", "haiku": "p,n"}
    config = source(tmp_path / "c.json", host="::1", port=5, routes=routes).read().require()
    assert (config.host, config.port) == ("::1", 5)
    assert (config.router.default, config.router.long_context) == ("p,n", "p,m")
    assert config.router.extra == {"opus": "p,m", "haiku": "p,n"}


def test_broken_file_stays_broken(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text("{")
    loaded = Source(path=path, env={}, port=5).read()
    assert loaded.config is None
    assert any(problem.fatal for problem in loaded.problems)


def test_route_is_split() -> None:
    assert parse_route("think=p,vendor/m=1") == ("think", "p,vendor/m=1")


@pytest.mark.parametrize(
    "text", ["", "think", "think=", "=p,m", "think=model", "longContextThreshold=1,2", "extra=p,m"]
)
def test_route_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="--route"):
        parse_route(text)
