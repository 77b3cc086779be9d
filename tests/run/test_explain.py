import json
from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.run.explain import explained
from ccr.run.source import Source


def source(folder: Path, **router: str) -> Source:
    path = folder / "config.json"
    provider = {"name": "up", "api_base_url": "http://127.0.0.1:9/v1", "models": ["m"]}
    path.write_text(json.dumps({"Providers": [provider], "Router": {"default": "up,m", **router}}))
    return Source(path=path, env={"CCR_HOME": str(folder), "HOME": str(folder)})


def request(model: str) -> bytes:
    body = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    return json.dumps(body).encode()


def test_report_tells_the_route(tmp_path: Path) -> None:
    found = explained(source(tmp_path, background="up,m"), request("claude-haiku-4-5"), model="")
    assert found["route"]["scenario"] == "background"


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no provider 'nowhere'"):
        explained(source(tmp_path), request("nowhere,m"), model="")
