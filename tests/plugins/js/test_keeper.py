from pathlib import Path

import pytest

from ccr.plugins.js import bridge as module
from ccr.plugins.js.keeper import Keeper
from tests.aio import trio_test
from tests.plugins.js.test_bridge import Asked
from tests.plugins.own import NODE

pytestmark = NODE


@trio_test(limit=30)
async def test_new_bridge_takes_over_while_the_old_one_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.1)
    old, new = Asked(tmp_path), Asked(tmp_path)
    keeper = Keeper()
    keeper.keep(old.bridge)
    async with keeper.running():
        assert await old.ask("a") == "a 1"
        keeper.keep(new.bridge)
        assert [await old.ask("b"), await new.ask("c")] == ["b 2", "c 1"]
        keeper.keep(None)
    assert (old.bridge.pid, new.bridge.pid) == (None, None)
