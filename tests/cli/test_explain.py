import json
from pathlib import Path

import pytest

from ccr.cli.explain import explain
from ccr.errors import CommandError


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CCR_HOME", str(tmp_path))
    provider = {"name": "up", "api_base_url": "http://127.0.0.1:9/v1", "api_key": "sk-secret-123456", "models": ["m"]}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"PORT": 9, "Providers": [provider], "Router": {"default": "up,m"}}))
    return path


def test_a_file_is_explained_without_a_service(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = config.parent / "request.json"
    file.write_text(json.dumps({"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}))
    assert explain(str(file), config=config) == 0
    said = capsys.readouterr().out
    assert "Route:  up,m" in said
    assert "secret" not in said


@pytest.mark.parametrize(("content", "words"), [("[1]", "JSON object"), ('{"messages": 1}', "model")])
def test_what_is_no_request_is_told(config: Path, content: str, words: str) -> None:
    file = config.parent / "request.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=words):
        explain(str(file), config=config)


def test_a_missing_file_and_a_missing_service_are_told(config: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        explain(str(config.parent / "missing.json"), config=config)
    with pytest.raises(CommandError, match="not running"):
        explain(last=True, config=config)
