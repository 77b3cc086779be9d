"""The golden pairs: what vendors really send, one oddity a pair."""

from pathlib import Path

import pytest

from ccr.anthropic.stream import StreamEncoder
from ccr.core.event import Fault, Finish
from ccr.reply import Reply
from tests.anthropic.events import heading
from tests.dialect.wire import DIALECTS, TARGET, expected, pairs, read_events, told
from tests.legal import read_stream

PAIRS = [(dialect, path) for dialect in DIALECTS for path in pairs(dialect)]
IDS = [f"{dialect}/{path.name}" for dialect, path in PAIRS]


@pytest.mark.parametrize(("dialect", "path"), PAIRS, ids=IDS)
def test_pair_decodes_as_written(dialect: str, path: Path) -> None:
    pair = expected(path)
    assert told(read_events(dialect, path, pair.get("request", {}))) == pair["events"]


@pytest.mark.parametrize(("dialect", "path"), PAIRS, ids=IDS)
def test_pair_names_its_source(dialect: str, path: Path) -> None:
    pair = expected(path)
    assert pair["source"].startswith("https://")
    assert pair["about"]


@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize(("dialect", "path"), PAIRS, ids=IDS)
def test_pair_decodes_the_same_however_it_is_cut(dialect: str, path: Path, step: int) -> None:
    pair = expected(path)
    assert told(read_events(dialect, path, pair.get("request", {}), step=step)) == pair["events"]


@pytest.mark.parametrize(("dialect", "path"), PAIRS, ids=IDS)
def test_pair_has_stopped_where_it_is_finished(dialect: str, path: Path) -> None:
    pair = expected(path)
    decoder = DIALECTS[dialect].decoder(pair.get("request", {}), TARGET)
    assert not decoder.stopped
    reply = Reply(decoder, [], StreamEncoder(heading()))
    reply.feed(path.read_bytes())
    reply.close()
    if any(name == "Finish" for name, _ in pair["events"]):
        assert decoder.stopped


@pytest.mark.parametrize(("dialect", "path"), PAIRS, ids=IDS)
def test_pair_becomes_a_legal_stream(dialect: str, path: Path) -> None:
    pair = expected(path)
    events = read_events(dialect, path, pair.get("request", {}))
    reply = Reply(DIALECTS[dialect].decoder(pair.get("request", {}), TARGET), [], StreamEncoder(heading()))
    out = reply.feed(path.read_bytes()) + reply.close()
    if any(isinstance(e, Fault) for e in events):
        assert reply.fault is not None
    elif not any(isinstance(e, Finish) for e in events):
        assert read_stream(out)["error"]["type"] == "api_error"
    else:
        assert read_stream(out)["stop_reason"]
