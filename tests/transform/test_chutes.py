from ccr.core.event import Finish, Start, Text, Thinking, ToolArgs, ToolEnd, ToolStart
from tests.grammar import joined, run
from tests.transform.case import context, make, request

REPLY = """
<think>I should look.</think>

Let me see.
<tool_call>Bash
<arg_key>command</arg_key>
<arg_value>ls</arg_value>
</tool_call>
"""


def test_glm_thinks_and_calls_in_text() -> None:
    found = make("chutes-glm").filter(context(sent=request()))
    assert found is not None
    events = joined(run(found, [Start(), *(Text(char) for char in REPLY), Finish("end_turn")]))
    assert events == [
        Start(),
        Thinking("I should look."),
        Text("Let me see.\n"),
        ToolStart(-1, "", "Bash"),
        ToolArgs(-1, '{"command":"ls"}'),
        ToolEnd(-1),
        Finish("tool_use"),
    ]


def test_glm_without_tools_still_thinks() -> None:
    found = make("chutes-glm").filter(context(sent=request(tools=None)))
    assert found is not None
    assert run(found, [Text("<think>a</think>b"), Finish("end_turn")]) == [Thinking("a"), Text("b"), Finish("end_turn")]
