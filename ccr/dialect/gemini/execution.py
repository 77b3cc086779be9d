"""Code that ran at Google, as the blocks of Anthropic's own code execution.

https://ai.google.dev/gemini-api/docs/code-execution
https://docs.claude.com/en/docs/agents-and-tools/tool-use/code-execution-tool
"""

import re
from typing import Any

from ccr.core.event import Opaque
from ccr.core.unified import Json

_ILLEGAL = re.compile(r"[^a-zA-Z0-9]")
FINE = ("", "OUTCOME_OK", "OUTCOME_UNSPECIFIED")


class Execution:
    """Pairs the code of one reply with what came of it: a call has one result, also where Google sends several."""

    def __init__(self) -> None:
        self._count = 0
        self._call_id = ""
        self._results: list[Json] = []

    def take(self, part: Json, reply_id: str) -> list[Opaque] | None:
        """Return the blocks that are complete with this part, None for a part that is neither code nor a result."""
        code, result = part.get("executableCode"), part.get("codeExecutionResult")
        if isinstance(code, dict):
            return [*self.settle(), self._begin(_string(code.get("code")), reply_id)]
        if not isinstance(result, dict):
            return None
        begun = [] if self._call_id else [self._begin("", reply_id)]
        self._results.append(result)
        return begun

    def settle(self) -> list[Opaque]:
        """Return the result of the code before, now that something else follows."""
        call_id, self._call_id = self._call_id, ""
        results, self._results = self._results, []
        if not call_id:
            return []
        lost = {"type": "code_execution_tool_result_error", "error_code": "unavailable"}
        content = _outcome(results) if results else lost
        return [Opaque({"type": "code_execution_tool_result", "tool_use_id": call_id, "content": content})]

    def _begin(self, code: str, reply_id: str) -> Opaque:
        self._count += 1
        self._call_id = f"srvtoolu_{_ILLEGAL.sub('_', reply_id) or 'gemini'}_code_{self._count}"
        call = {"type": "server_tool_use", "id": self._call_id, "name": "code_execution", "input": {"code": code}}
        return Opaque(call)


def _outcome(results: list[Json]) -> Json:
    failed = [r for r in results if _string(r.get("outcome")) not in FINE]
    return {
        "type": "code_execution_result",
        "stdout": "".join(_string(r.get("output")) for r in results if r not in failed),
        "stderr": "".join(_string(r.get("output")) for r in failed),
        "return_code": 1 if failed else 0,
        "content": [],
    }


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
