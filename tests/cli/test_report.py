from pathlib import Path

import pytest

from ccr.cli.report import describe, tell, warn
from ccr.config.problem import Problem
from ccr.run.health import Health
from ccr.run.service import Running


def test_service_is_described() -> None:
    health = Health(
        name="ccr", status="ok", instance="i", pid=7, role="service", version="1.2", config_hash="h", started=1.0
    )
    assert describe(Running(health, "0.0.0.0", 80)) == "http://127.0.0.1:80 (pid 7, version 1.2)"


def test_problems_that_are_not_fatal_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    warn(Path("/c.json"), [Problem("PORT", "is odd", "choose another"), Problem("HOST", "is wrong", fatal=True)])
    tell("done")
    assert capsys.readouterr() == ("", "ccr: /c.json: PORT: is odd (choose another)\nccr: done\n")
