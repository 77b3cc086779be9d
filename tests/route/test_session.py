import json
from typing import Any

import pytest

from ccr.route.session import find_agent, find_session
from tests.route.samples import CAPTURES

ID = "74d447a9-0794-490b-883a-7e9b9446fac7"


@pytest.mark.parametrize(
    ("headers", "user_id", "expected"),
    [
        pytest.param({"x-claude-code-session-id": ID}, None, ID, id="header"),
        pytest.param({}, json.dumps({"device_id": "d", "account_uuid": "", "session_id": ID}), ID, id="JSON"),
        pytest.param({}, f"user_{'0' * 64}_account__session_{ID}", ID, id="old, no account"),
        pytest.param({}, f"user_{'0' * 64}_account_{ID[::-1]}_session_{ID}", ID, id="old, with account"),
        pytest.param({"x-claude-code-session-id": ID}, "user_x_account__session_other", ID, id="the header wins"),
        pytest.param({"x-claude-code-session-id": "../x"}, f"user_x_session_{ID}", ID, id="bad header"),
        pytest.param({}, "user_x_session_../../etc/passwd", "", id="a path"),
        pytest.param({}, json.dumps({"session_id": ".."}), "", id="a path in JSON"),
        pytest.param({}, "user_x_session_" + "a" * 129, "", id="too long"),
        pytest.param({}, '{"session_id": ' + "[" * 2000, "", id="broken JSON"),
        pytest.param({}, '{"session_id": 5}', "", id="not a string"),
        pytest.param({}, "{" + " " * 5000 + "}", "", id="huge"),
        pytest.param({}, "somebody", "", id="another client"),
        pytest.param({}, 17, "", id="a number"),
        pytest.param({}, None, "", id="nothing"),
    ],
)
def test_session_is_found(headers: dict[str, str], user_id: Any, expected: str) -> None:
    assert find_session(headers, {"metadata": {"user_id": user_id}}) == expected


@pytest.mark.parametrize("metadata", [None, [], "x", 5])
def test_session_of_odd_metadata_is_none(metadata: Any) -> None:
    assert find_session({}, {"metadata": metadata}) == ""


@pytest.mark.parametrize("name", CAPTURES)
def test_session_of_the_real_client_is_found_in_its_body(name: str) -> None:
    assert find_session({}, CAPTURES[name]["body"]) == "00000000-0000-4000-8000-000000000000"


def test_agent_is_told_by_the_header_alone() -> None:
    assert find_agent({"x-claude-code-agent-id": " a13f "}) == "a13f"
    assert find_agent({"x-app": "cli"}) == ""
    assert find_agent(CAPTURES["2.1.197 subagent with tag"]["headers"])
    assert not find_agent(CAPTURES["2.1.197 first request"]["headers"])
