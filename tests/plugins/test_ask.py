import pytest

from ccr.plugins.ask import Ask, PluginLog, copied
from tests.plugins.own import Kept


def test_both_spellings_are_there() -> None:
    ask = Ask({}, headers={"a": "b"}, session="s", tokens=7, log=PluginLog(Kept(), "r.py"), config={})
    assert (ask.tokenCount, ask.token_count, ask.sessionId, ask.session_id) == (7, 7, "s", "s")


@pytest.mark.parametrize("level", ["debug", "info", "warn", "warning", "error"])
def test_log_names_the_file(level: str) -> None:
    kept = Kept()
    getattr(PluginLog(kept, "r.py"), level)("one", 2)
    assert kept.lines == [f"{level.removesuffix('ing')} r.py: one 2"]


def test_copy_is_deep() -> None:
    value = {"a": [{"b": 1}]}
    found = copied(value)
    found["a"][0]["b"] = 2
    assert value == {"a": [{"b": 1}]}
