"""Code that ran at Google becomes pairs of a call and its result."""

from typing import Any

import pytest

from ccr.core.event import Opaque
from ccr.dialect.gemini.execution import Execution

OK = {"outcome": "OUTCOME_OK", "output": "ok\n"}
FAILED = {"outcome": "OUTCOME_FAILED", "output": "division by zero"}


def blocks(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    execution = Execution()
    found = [block for part in parts for block in execution.take(part, "a-b") or ()]
    return [opaque.block for opaque in (*found, *execution.settle())]


def code(text: str) -> dict[str, Any]:
    return {"executableCode": {"language": "PYTHON", "code": text}}


def test_a_call_has_its_one_result_however_many_there_are() -> None:
    call, result = blocks(code("print(1)"), {"codeExecutionResult": OK}, {"codeExecutionResult": FAILED})
    assert call == {
        "type": "server_tool_use",
        "id": "srvtoolu_a_b_code_1",
        "name": "code_execution",
        "input": {"code": "print(1)"},
    }
    assert result["tool_use_id"] == call["id"]
    assert result["content"] == {
        "type": "code_execution_result",
        "stdout": "ok\n",
        "stderr": "division by zero",
        "return_code": 1,
        "content": [],
    }


@pytest.mark.parametrize(
    ("parts", "kinds"),
    [
        ([code("a"), code("b"), {"codeExecutionResult": OK}], ["call", "error", "call", "fine"]),
        ([{"codeExecutionResult": OK}], ["call", "fine"]),
        ([code("a")], ["call", "error"]),
        ([], []),
    ],
    ids=["code without a result", "result without code", "cut", "nothing"],
)
def test_every_call_has_a_result(parts: list[dict[str, Any]], kinds: list[str]) -> None:
    names = {
        "server_tool_use": "call",
        "code_execution_result": "fine",
        "code_execution_tool_result_error": "error",
    }
    assert [names.get(b["type"]) or names[b["content"]["type"]] for b in blocks(*parts)] == kinds


def test_other_parts_are_left_alone() -> None:
    assert Execution().take({"text": "x", "executableCode": 7}, "") is None


def test_what_follows_gets_the_result_of_the_code_before() -> None:
    execution = Execution()
    execution.take(code("a"), "")
    execution.take({"codeExecutionResult": OK}, "")
    assert [type(block) for block in execution.settle()] == [Opaque]
    assert execution.settle() == []
