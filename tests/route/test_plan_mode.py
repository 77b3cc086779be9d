from typing import Any

import pytest

from ccr.route.plan_mode import is_planning
from tests.route.samples import CAPTURES, result, system, user

ON = "Plan mode is active. The user indicated that they do not want you to execute yet"
STILL = "Plan mode still active (see full instructions earlier in conversation)."
AGAIN = "## Re-entering Plan Mode\n\nYou are returning to plan mode after having previously exited it."
OFF = "## Exited Plan Mode\n\nYou have exited plan mode."


def reminder(said: str) -> str:
    return f"<system-reminder>\n{said}\n</system-reminder>"


@pytest.mark.parametrize("name", CAPTURES)
def test_plan_mode_of_the_real_client(name: str) -> None:
    assert is_planning(CAPTURES[name]["body"]) is ("plan mode" in name and "left" not in name)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([user("plan"), system(f"Skills:\n- a\n\n{ON}")], True, id="after other notices"),
        pytest.param([user("plan"), system(ON), user(result("x")), user("more")], True, id="stays on"),
        pytest.param([user("plan"), system(ON), user("go"), system(OFF)], False, id="left"),
        pytest.param([system(ON), system(OFF), user("again"), system(AGAIN)], True, id="entered again"),
        pytest.param([system(f"{OFF}\n\n{ON}")], True, id="the last of one message"),
        pytest.param([system(STILL)], True, id="reminded after a compaction"),
        pytest.param([system([{"type": "text", "text": ON}])], True, id="system blocks"),
        pytest.param([user(reminder(ON), "plan")], True, id="reminder"),
        pytest.param([user(reminder("context"), reminder(ON) + "plan")], True, id="reminder before the text"),
        pytest.param([user(reminder(ON), "plan"), user(reminder(OFF), "go")], False, id="reminded of the end"),
        pytest.param([user(result(f"files\n\n{reminder('todo')}\n\n{reminder(ON)}"))], True, id="end of a result"),
        pytest.param([user(result(f"files\n\n{reminder(ON)}\n{reminder('todo')}"))], True, id="not the very last"),
        pytest.param(
            [user(result([{"type": "text", "text": f"files\n\n{reminder(ON)}"}]))], True, id="result in blocks"
        ),
        pytest.param(
            [system(ON), user(result("User has approved your plan. You can now start coding."))], False, id="approved"
        ),
        pytest.param(
            [system(ON), user(result("User has approved exiting plan mode."))], False, id="approved without a plan"
        ),
        pytest.param(
            [user(result("Entered plan mode. You should now focus on exploring"))], True, id="the model entered"
        ),
        pytest.param([user(ON)], False, id="the user's own words"),
        pytest.param([user("what is plan mode?"), system("about Plan mode is active")], False, id="inside of a line"),
        pytest.param([user(reminder(f"# claudeMd\n{ON}"), "hi")], False, id="inside of another reminder"),
        pytest.param([user(result(f"{reminder(ON)}\nis what the file says"))], False, id="quoted in a result"),
        pytest.param([user(result("grep: User has approved your plan")), system(ON)], True, id="quoted approval"),
        pytest.param([{"role": "assistant", "content": reminder(ON)}], False, id="said by the model"),
        pytest.param([None, 5, {"role": "user"}, {"role": "system", "content": 5}], False, id="odd"),
    ],
)
def test_last_notice_counts(messages: list[Any], expected: bool) -> None:
    assert is_planning({"messages": messages}) is expected


def test_endless_closing_tags_take_no_time() -> None:
    assert not is_planning({"messages": [user(result("</system-reminder>" * 60_000))]})
    assert not is_planning({"messages": [user(result(reminder("x") * 60_000))]})
