"""Function calls, whole and streamed."""

from typing import Any

import pytest

from ccr.core.event import ToolArgs, ToolEnd, ToolStart
from ccr.dialect.gemini.call import Calls, arguments


def test_whole_call_becomes_three_events() -> None:
    calls = Calls(())
    found = calls.take({"id": "c1", "name": "Bash", "args": {"command": "ls"}}, "R1")
    assert found == ("c1", "Bash", {"command": "ls"})
    assert list(calls.events(found)) == [ToolStart(0, "c1", "Bash"), ToolArgs(0, '{"command":"ls"}'), ToolEnd(0)]
    assert len(calls) == 1


def test_missing_ids_are_made_from_the_replys_own_and_never_repeat() -> None:
    calls = Calls(["call_R_1_1"])
    ids = []
    for _ in range(3):
        found = calls.take({"name": "Bash"}, "R/1")
        assert found is not None
        list(calls.events(found))
        ids.append(found[0])
    assert ids == ["call_R_1_0", "call_R_1_2", "call_R_1_3"]
    assert Calls(()).take({"name": "Bash"}, "") == ("call_gemini_0", "Bash", {})


def test_repeated_call_is_the_same_call_but_a_second_one_is_not() -> None:
    calls = Calls(())
    first = {"id": "c1", "name": "Bash", "args": {"a": 1}}
    assert calls.take(first, "R") is not None
    assert calls.take(first, "R") is None
    assert calls.take({**first, "args": {"a": 2}}, "R") is not None
    assert calls.take({"name": "Bash", "args": {"a": 1}}, "R") is not None
    assert calls.take({"name": "Bash", "args": {"a": 1}}, "R") is not None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {}),
        ({"a": 1}, {"a": 1}),
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        ("ls -l", {"arguments": "ls -l"}),
        ([1], {"arguments": [1]}),
        (3, {"arguments": 3}),
    ],
)
def test_arguments_are_always_an_object(given: Any, expected: Any) -> None:
    assert arguments(given) == expected


def piece(path: str, *, more: bool = False, **value: Any) -> dict[str, Any]:
    return {"jsonPath": path, **value, **({"willContinue": True} if more else {})}


def test_streamed_arguments_are_put_together() -> None:
    """https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc"""
    calls = Calls(())
    parts: list[dict[str, Any]] = [
        {"id": "c1", "name": "Edit", "willContinue": True},
        {"partialArgs": [piece("$.path", stringValue="/a/", more=True)], "willContinue": True},
        {"partialArgs": [piece("$.path", stringValue="b.py")], "willContinue": True},
        {
            "partialArgs": [piece("$.edits[0].old", stringValue="x"), piece("$['edits'][1].n", numberValue=2)],
            "willContinue": True,
        },
        {
            "partialArgs": [piece("$.all", boolValue=True), piece("$.none", nullValue="NULL_VALUE")],
            "willContinue": True,
        },
        {
            "partialArgs": [
                piece("no path", stringValue="x"),
                piece("$[0]", stringValue="x"),
                piece("$.path.deep", stringValue="x"),
            ],
            "willContinue": True,
        },
    ]
    assert [calls.take(part, "R") for part in parts] == [None] * 6
    assert calls.unfinished
    assert calls.take({}, "R") == (
        "c1",
        "Edit",
        {"path": "/a/b.py", "edits": [{"old": "x"}, {"n": 2}], "all": True, "none": None},
    )
    assert not calls.unfinished


def test_call_without_a_name_is_passed_over() -> None:
    assert Calls(()).take({"id": "c1", "args": {}}, "R") is None
