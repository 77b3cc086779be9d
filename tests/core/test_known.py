import copy
import json
from typing import Any

import msgspec
import pytest

from ccr.core.known import LARGE, History, Known, akin, once, packed


def keyed(part: dict[str, Any]) -> tuple[int, str]:
    return len(part), str(part.get("k"))


def test_result_is_made_once_for_what_it_depends_on() -> None:
    made: list[int] = []

    def make(part: dict[str, Any], more: int) -> int:
        made.append(more)
        return len(part) + more

    part = Known({"k": 1})
    assert [once(part, "x", make, n, of=n) for n in (1, 1, 2, 2)] == [2, 2, 3, 3]
    assert made == [1, 2]
    assert once(part, "y", keyed) == (1, "1")
    assert [once({"k": 1}, "x", make, 5, of=5) for _ in range(2)] == [6, 6]
    assert made == [1, 2, 5, 5]


def test_known_part_is_a_dict_like_any_other() -> None:
    part = Known({"k": [1]})
    assert part == {"k": [1]}
    assert json.dumps(part) == '{"k": [1]}'
    assert msgspec.json.encode([part]) == b'[{"k":[1]}]'
    loose = copy.deepcopy({"parts": [part]})
    loose["parts"][0]["k"].append(2)
    assert (type(loose["parts"][0]), part) == (dict, {"k": [1]})


def test_history_knows_what_came_before() -> None:
    history = History()
    first = history.read(b'{"a":1}')
    assert history.read(b'{"a":1}') is first
    assert history.read(b'{"a": 1}') is not first
    assert history.read(b"[1]") == [1]
    assert dict(history) == {b'{"a":1}': {"a": 1}, b'{"a": 1}': {"a": 1}}


def test_history_forgets_what_nobody_asks_for() -> None:
    history = History(limit=100)
    raws = [b'{"number":%02d}' % number for number in range(10, 40)]
    first = history.read(raws[0])
    for raw in raws:
        history.read(raw)
        assert history.read(raws[0]) is first
    kept = [raw for raw, _ in history]
    assert raws[0] in kept
    assert raws[1] not in kept
    assert sum(map(len, kept)) <= 200


def test_history_keeps_nothing_that_is_large() -> None:
    history = History()
    large = b'"%s"' % (b"x" * LARGE)
    assert history.read(b'{"a":%s}' % large) == {"a": "x" * LARGE}
    assert list(history) == []


@pytest.mark.parametrize("raw", [b"{", b'{"a":"\xff"}', b"", b"[" * 100_000])
def test_history_refuses_what_takes_generous_reading(raw: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError, RecursionError)):
        History().read(raw)


def test_known_part_is_written_once() -> None:
    part = Known({"k": "ü"})
    assert packed(part) is packed(part)
    assert msgspec.json.encode([packed(part), packed({"k": 1})]) == '[{"k":"ü"},{"k":1}]'.encode()


def test_what_is_made_of_a_known_part_is_known() -> None:
    assert type(akin({"k": 1}, Known({}))) is Known
    assert type(akin({"k": 1}, {})) is dict
