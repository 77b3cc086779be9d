import pytest

from ccr.core.unified import Json
from ccr.transform.instruction import instruct

USER = {"role": "user", "content": "hi"}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([USER], [{"role": "system", "content": "do"}, USER]),
        ([], [{"role": "system", "content": "do"}]),
        ([{"role": "system", "content": "be"}, USER], [{"role": "system", "content": "be\n\ndo"}, USER]),
        ([{"role": "system", "content": ""}], [{"role": "system", "content": "do"}]),
        ([{"role": "system", "content": None}], [{"role": "system", "content": "do"}]),
        (
            [{"role": "system", "content": [{"type": "text", "text": "be"}]}, USER],
            [{"role": "system", "content": [{"type": "text", "text": "be"}, {"type": "text", "text": "do"}]}, USER],
        ),
        (
            [USER, {"role": "system", "content": "late"}],
            [{"role": "system", "content": "do"}, USER, {"role": "system", "content": "late"}],
        ),
    ],
)
def test_instruction_ends_the_first_system_message(messages: list[Json], expected: list[Json]) -> None:
    request: Json = {"messages": messages}
    instruct(request, "do")
    assert request["messages"] == expected
