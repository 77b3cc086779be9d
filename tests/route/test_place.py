import pytest

from ccr.route.place import find_folder, project_name

SYSTEM_2_0 = [{"type": "text", "text": "<env>\nWorking directory: /home/me/my project\nPlatform: linux\n</env>"}]
SYSTEM_2_1 = {
    "role": "system",
    "content": "Environment:\n - Primary working directory: /home/me/p\n - Platform: linux",
}


@pytest.mark.parametrize(
    ("body", "folder"),
    [
        pytest.param({"system": SYSTEM_2_0}, "/home/me/my project", id="2.0"),
        pytest.param({"messages": [{"role": "user", "content": "hi"}, SYSTEM_2_1]}, "/home/me/p", id="2.1"),
        pytest.param({"system": "Working directory: /p"}, "/p", id="text"),
        pytest.param({"messages": [{"role": "user", "content": "Working directory: /p"}]}, "", id="a user's words"),
        pytest.param({"system": [1, None], "messages": 7}, "", id="nonsense"),
    ],
)
def test_find_folder(body: dict[str, object], folder: str) -> None:
    assert find_folder(body) == folder


def test_project_name_is_claude_codes() -> None:
    assert project_name("/home/me/my_project.x") == "-home-me-my-project-x"
