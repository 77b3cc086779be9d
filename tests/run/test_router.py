import io
import json
from pathlib import Path
from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.run.router import Router, open_log, router
from ccr.run.source import Source
from ccr.store.logfile import LogFile
from tests.aio import trio_test
from tests.run.test_serve import Kept

PROVIDER = {"name": "p", "api_base_url": "http://x.example", "api_key": "sk-secret-of-p", "models": ["m"]}


def write(path: Path, **settings: Any) -> None:
    path.write_text(json.dumps({"Providers": [PROVIDER], "Router": {"default": "p,m"}, **settings}))


def made(path: Path, **settings: Any) -> tuple[Router, Kept]:
    write(path, **settings)
    source, kept = Source(path=path, env={}), Kept()
    log = LogFile([kept], redact=str)
    return router(source, source.read(), instance="i", role="service", log=log), kept


@trio_test()
async def test_change_is_put_in_force_and_told(tmp_path: Path) -> None:
    running, kept = made(tmp_path / "c.json")
    write(tmp_path / "c.json", APIKEY="new-router-key", LOG_LEVEL="debug", Unknown=1)
    await running.reload()
    running.log.event("debug", "now it is new-router-key")
    running.log.close()
    assert running.state.snapshot.config.apikey == "new-router-key"
    assert "is in force" in kept.text
    assert "Unknown" in kept.text
    assert "now it is [hidden]" in kept.text


@trio_test()
async def test_unchanged_content_is_not_told(tmp_path: Path) -> None:
    running, kept = made(tmp_path / "c.json")
    before = running.state.snapshot
    write(tmp_path / "c.json")
    await running.reload()
    running.log.close()
    assert (running.state.snapshot is before, kept.text) == (True, "")


@trio_test()
async def test_broken_file_leaves_what_was_in_force(tmp_path: Path) -> None:
    running, kept = made(tmp_path / "c.json")
    before = running.state.snapshot
    (tmp_path / "c.json").write_text("{")
    await running.reload()
    await running.reload()
    write(tmp_path / "c.json", PORT=99999999)
    await running.reload()
    assert running.state.snapshot is before
    write(tmp_path / "c.json", API_TIMEOUT_MS=5)
    await running.reload()
    running.log.close()
    assert running.state.snapshot.config.api_timeout_ms == 5
    assert kept.text.count("can't be used") == 2


@trio_test()
async def test_file_that_is_gone_leaves_what_was_in_force(tmp_path: Path) -> None:
    running, kept = made(tmp_path / "c.json")
    before = running.state.snapshot
    (tmp_path / "c.json").unlink()
    await running.reload()
    running.log.close()
    assert running.state.snapshot is before
    assert "is gone" in kept.text


@trio_test()
async def test_env_file_alone_is_followed(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("OPENAI_API_KEY=k\nOPENAI_MODEL=a\n")
    source, kept = Source(path=tmp_path / "c.json", env={}), Kept()
    running = router(source, source.read(), instance="i", role="service", log=LogFile([kept], redact=str))
    assert env in running.files()
    env.write_text("OPENAI_API_KEY=k\nOPENAI_MODEL=b\n")
    await running.reload()
    running.log.close()
    assert running.state.snapshot.config.router.default == "default,b"


@trio_test()
async def test_port_that_needs_a_restart_is_told(tmp_path: Path) -> None:
    running, kept = made(tmp_path / "c.json")
    write(tmp_path / "c.json", PORT=4001)
    await running.reload()
    running.log.close()
    assert "ccr restart" in kept.text


def test_broken_configuration_makes_no_router(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text("{")
    source = Source(path=path, env={})
    with pytest.raises(ConfigError):
        router(source, source.read(), instance="i", role="service", log=LogFile([], redact=str))


@pytest.mark.parametrize("is_logged", [True, False])
def test_log_is_written_as_configured(tmp_path: Path, is_logged: bool) -> None:
    path, echo = tmp_path / "c.json", io.StringIO()
    write(path, LOG=is_logged, LOG_LEVEL="warn")
    log = open_log(Source(path=path, env={}).read(), tmp_path / "logs", echo=echo)
    log.event("info", "too little")
    log.event("warn", "with sk-secret-of-p")
    log.close()
    assert json.loads(echo.getvalue())["text"] == "with [hidden]"
    assert (tmp_path / "logs" / "ccr.log").exists() is is_logged
