import pytest

from ccr.cli.supervisor import is_watched


@pytest.mark.parametrize(
    ("env", "pid", "parent", "expected"),
    [
        ({}, 700, 600, False),
        ({}, 1, 0, True),
        ({}, 700, 1, False),
        ({"SYSTEMD_EXEC_PID": "700"}, 700, 1, True),
        ({"SYSTEMD_EXEC_PID": "700"}, 701, 700, True),
        ({"SYSTEMD_EXEC_PID": "700"}, 900, 800, False),
        ({"SYSTEMD_EXEC_PID": "x"}, 700, 600, False),
        ({"pm_id": "0"}, 700, 600, True),
        ({"XPC_SERVICE_NAME": "org.me.ccr"}, 700, 1, True),
        ({"XPC_SERVICE_NAME": "org.me.editor"}, 700, 600, False),
        ({"XPC_SERVICE_NAME": "0"}, 700, 1, False),
    ],
    ids=[
        *("terminal", "container", "orphan", "systemd", "child of systemd's", "below a unit", "odd"),
        *("pm2", "launchd", "below a launched app", "macOS terminal"),
    ],
)
def test_supervisor_is_told_from_a_terminal(env: dict[str, str], pid: int, parent: int, expected: bool) -> None:
    assert is_watched(env, pid=pid, parent=parent) is expected
