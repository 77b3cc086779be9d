"""Calls and results that don't match, one row a way of being broken."""

from typing import Any

import pytest

from ccr.core.history import NO_RESULT, ORPHAN, repaired

Json = dict[str, Any]


def assistant(*ids: str) -> Json:
    return {"role": "assistant", "tool_calls": [{"id": i, "function": {"name": "Bash"}} for i in ids]}


def result(call_id: str, content: Any = "ok") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def missing(call_id: str) -> Json:
    return result(call_id, NO_RESULT)


def orphan(*parts: Json) -> Json:
    return {"role": "user", "content": [{"type": "text", "text": ORPHAN}, *parts]}


USER: Json = {"role": "user", "content": "hi"}
SYSTEM: Json = {"role": "system", "content": "mode"}
OK = {"type": "text", "text": "ok"}

ROWS: dict[str, tuple[list[Json], list[Json]]] = {
    "nothing to repair": (
        [SYSTEM, USER, assistant("a", "b"), result("b"), result("a"), USER],
        [SYSTEM, USER, assistant("a", "b"), result("b"), result("a"), USER],
    ),
    "no result at the end": ([USER, assistant("a")], [USER, assistant("a"), missing("a")]),
    "no result before the user goes on": ([assistant("a"), USER], [assistant("a"), missing("a"), USER]),
    "one of two results": ([assistant("a", "b"), result("b")], [assistant("a", "b"), result("b"), missing("a")]),
    "a result without a call": ([USER, result("x"), USER], [USER, orphan(OK), USER]),
    "a second result": ([assistant("a"), result("a"), result("a")], [assistant("a"), result("a"), orphan(OK)]),
    "an orphan among results": (
        [assistant("a", "b"), result("a"), result("x"), result("b")],
        [assistant("a", "b"), result("a"), result("b"), orphan(OK)],
    ),
    "a message before the results": (
        [assistant("a"), SYSTEM, result("a"), USER],
        [assistant("a"), result("a"), SYSTEM, USER],
    ),
    "a result after the next call": (
        [assistant("a"), assistant("b"), result("a"), result("b")],
        [assistant("a"), missing("a"), assistant("b"), result("b"), orphan(OK)],
    ),
    "the same id twice": ([assistant("a", "a"), result("a")], [assistant("a", "a"), result("a")]),
    "parts of an orphan": ([result("x", [{"type": "image_url"}])], [orphan({"type": "image_url"})]),
    "nothing": ([], []),
}


@pytest.mark.parametrize(("messages", "expected"), ROWS.values(), ids=ROWS.keys())
def test_repaired_matches_calls_and_results(messages: list[Json], expected: list[Json]) -> None:
    assert repaired(messages) == expected


@pytest.mark.parametrize(("messages", "expected"), ROWS.values(), ids=ROWS.keys())
def test_repaired_needs_no_second_repair(messages: list[Json], expected: list[Json]) -> None:
    assert repaired(expected) == expected


def test_repaired_leaves_sound_messages_alone() -> None:
    messages = [USER, assistant("a"), result("a")]
    assert all(one is other for one, other in zip(repaired(messages), messages, strict=True))
