"""The built executable does what the source does: its life as a service, sessions, and each command that came later.

The tests are those of the source, given the executable.
"""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.cli import (
    test_activate,
    test_add,
    test_code,
    test_config,
    test_doctor,
    test_help,
    test_install,
    test_logs,
    test_preset,
    test_restart,
    test_rotation,
    test_setup,
    test_status,
    test_statusline,
    test_stop,
    test_test,
    test_ui,
    test_wizard,
)
from tests.e2e.client import BINARY, needs_binary
from tests.run import test_service, test_session
from tests.world import World

pytestmark = needs_binary

Check = Callable[[World], None]

WHOLE: tuple[ModuleType, ...] = (test_service, test_session, test_preset)
"""What depends most on processes, files and modules that are loaded late."""
SAMPLES: tuple[ModuleType, ...] = (
    test_activate,
    test_add,
    test_code,
    test_config,
    test_doctor,
    test_help,
    test_install,
    test_logs,
    test_restart,
    test_rotation,
    test_setup,
    test_status,
    test_statusline,
    test_stop,
    test_test,
    test_ui,
    test_wizard,
)
"""The commands, with as many of their tests as a slow start allows."""
SAMPLE = 2

NOT_HERE = frozenset(
    {
        # They look into the process, or replace parts of it.
        "test_unforeseen_failure_gives_an_empty_line",
        "test_line_is_quick",
    }
)


def checks(module: ModuleType) -> list[Check]:
    """Return the tests of a module that need a world and nothing else."""
    found = [one for name, one in vars(module).items() if name.startswith("test_") and inspect.isfunction(one)]
    return [
        one for one in found if list(inspect.signature(one).parameters) == ["world"] and one.__name__ not in NOT_HERE
    ]


CHECKS = [check for module in WHOLE for check in checks(module)]
CHECKS += [check for module in SAMPLES for check in checks(module)[:SAMPLE]]


@pytest.fixture
def machine(tmp_path: Path, free_port: int) -> Iterator[World]:
    """Return an empty machine with the executable on it."""
    made = World(tmp_path, port=free_port, ccr=[str(BINARY)])
    yield made
    made.end()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.__module__.rpartition('_')[2]}: {check.__name__}")
def test_executable_passes_the_test_of_the_source(check: Check, machine: World) -> None:
    check(machine)


def test_every_command_is_among_them() -> None:
    assert all(checks(module) for module in (*WHOLE, *SAMPLES))
