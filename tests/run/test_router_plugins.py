"""Users' own code follows its files."""

import json
import os
from pathlib import Path

import pytest
import trio

from ccr.anthropic.request import Inbound
from ccr.plugins.js import bridge as module
from ccr.run.router import Router, router
from ccr.run.source import Source
from ccr.store.logfile import LogFile
from tests.aio import trio_test
from tests.plugins.own import NODE

PROVIDER = {"name": "p", "api_base_url": "http://x.example", "api_key": "k", "models": ["m"]}
HELLO = Inbound(body={"messages": []}, raw=b"{}", headers={}, query="", session="", agent="")


class Sink:
    def __init__(self) -> None:
        self.text = ""

    def write(self, data: bytes) -> None:
        self.text += data.decode()


def made(folder: Path, **settings: object) -> tuple[Router, Sink]:
    path, sink = folder / "c.json", Sink()
    path.write_text(json.dumps({"Providers": [PROVIDER], "Router": {"default": "p,m"}, **settings}))
    source = Source(path=path, env={"CCR_HOME": str(folder), "PATH": os.environ["PATH"]})
    return router(source, source.read(), instance="i", role="service", log=LogFile([sink], redact=str)), sink


async def says(running: Router) -> str | None:
    found = running.state.plugins.router
    return (await found.route(HELLO, tokens=1)).route if found else None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("r.py", "def router(req, config):\n    return '{}'\n"),
        pytest.param("r.js", "module.exports = () => '{}';", marks=NODE),
        pytest.param("r.mjs", "export default () => '{}';", marks=NODE),
    ],
)
@trio_test(limit=30)
async def test_changed_router_is_in_force(
    tmp_path: Path, name: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.1)
    own = tmp_path / name
    own.write_text(code.format("p,first"))
    running, sink = made(tmp_path, CUSTOM_ROUTER_PATH=str(own))
    async with running.state.running():
        assert running.files() == [tmp_path / "c.json", tmp_path / ".env", own]
        assert await says(running) == "p,first"
        before = running.state.plugins
        await running.reload()
        assert running.state.plugins is before
        own.write_text(code.format("p,second"))
        await running.reload()
        assert await says(running) == "p,second"
        own.write_text("(")
        await running.reload()
        assert await says(running) is None
        own.write_text(code.format("p,third"))
        await running.reload()
        assert await says(running) == "p,third"
    running.log.close()
    assert f"CUSTOM_ROUTER_PATH: {name}: SyntaxError" in sink.text


@trio_test(limit=30)
async def test_transformer_that_appears_is_in_force(tmp_path: Path) -> None:
    own = tmp_path / "t.py"
    provider = {**PROVIDER, "transformer": {"use": ["mine"]}}
    running, sink = made(tmp_path, Providers=[provider], transformers=[{"path": str(own)}])
    assert running.state.snapshot.problems() != []
    own.write_text("from ccr.transform.base import Transformer\nclass T(Transformer):\n    name = 'mine'\n")
    await running.reload()
    assert running.state.snapshot.problems() == []
    running.log.close()
    assert "provider 'p': transformer 'mine': transformers[0]: t.py: can't be read" in sink.text
    await trio.lowlevel.checkpoint()
