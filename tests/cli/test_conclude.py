import json
from pathlib import Path

import pytest

from ccr.cli.conclude import complaints, finish
from ccr.run.checkup import Result
from ccr.run.configtext import ConfigText
from ccr.run.setup import Wanted

WANTED = (Wanted(name="local", url="http://127.0.0.1:1/v1", key="", models=("small", "large")),)


def finished(folder: Path, routes: dict[str, str]) -> dict[str, str]:
    path = folder / "config.json"
    finish(ConfigText(path, {}), WANTED, routes, anew=False, env={})
    found: dict[str, str] = json.loads(path.read_text())["Router"]
    return found


def test_first_model_serves_what_no_route_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert finished(tmp_path, {"think": "local,large"}) == {"default": "local,small", "think": "local,large"}
    assert "ccr code" in capsys.readouterr().out


def test_default_route_that_was_chosen_stays(tmp_path: Path) -> None:
    assert finished(tmp_path, {"default": "local,large"}) == {"default": "local,large"}
    assert finished(tmp_path, {"think": "local,small"})["default"] == "local,large"


def test_models_that_do_not_answer_are_told_with_what_to_do() -> None:
    def result(model: str, *, ok: bool) -> Result:
        return Result(provider="p", model=model, key="", ok=ok, status=401, ms=1, first_ms=1, error="401", mend="a key")

    assert complaints([result("good", ok=True), result("bad", ok=False)]) == ["p,bad: 401 -> a key"]
