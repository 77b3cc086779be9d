from ccr.core.event import Finish, Text, ToolArgs, ToolEnd, ToolStart
from ccr.core.toolname import wire_name
from ccr.transform.toolnames import ToolNames
from tests.grammar import run
from tests.transform.case import request

LONG = "mcp__a.server__with/a-very-long-name" * 3


def test_legal_names_need_no_filter() -> None:
    assert ToolNames(request()).filters() == []
    assert ToolNames(request(tools=None)).filters() == []


def test_changed_names_come_back_as_the_client_knows_them() -> None:
    tools = [{"name": LONG, "input_schema": {}}, {"name": "Bash", "input_schema": {}}]
    (found,) = ToolNames(request(tools=tools)).filters()
    sent = ToolStart(0, "t", wire_name(LONG))
    rest = [ToolArgs(0, "{}"), ToolEnd(0), ToolStart(1, "u", "Bash"), ToolEnd(1), Text("x"), Finish("tool_use")]
    assert run(found, [sent, *rest]) == [ToolStart(0, "t", LONG), *rest]
