"""A frozen program's environment is given back."""

import os
import sys
from types import ModuleType

import pytest

from tests.build import load


@pytest.fixture(scope="module")
def restore() -> ModuleType:
    return load("restore")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"LD_LIBRARY_PATH": "/unpacked", "A": "1"}, {"A": "1"}, id="none before"),
        pytest.param(
            {"LD_LIBRARY_PATH": "/unpacked:/mine", "LD_LIBRARY_PATH_ORIG": "/mine"},
            {"LD_LIBRARY_PATH": "/mine"},
            id="one before",
        ),
        pytest.param({"LD_LIBRARY_PATH_ORIG": ""}, {"LD_LIBRARY_PATH": ""}, id="an empty one before"),
        pytest.param({"_PYI_ARCHIVE_FILE": "x", "_PYI_PARENT_PROCESS_LEVEL": "1"}, {}, id="the loader's own"),
    ],
)
def test_environment_is_as_it_was(
    restore: ModuleType, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: dict[str, str]
) -> None:
    monkeypatch.setattr(os, "environ", dict(given))
    restore.restore()
    assert os.environ == expected


def test_variable_is_the_users_own_where_libraries_are_found_otherwise(
    restore: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "environ", {"LD_LIBRARY_PATH": "/mine"})
    restore.restore()
    assert os.environ == {"LD_LIBRARY_PATH": "/mine"}


def test_program_that_goes_away_is_not_what_starts_ccr(restore: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {restore.BINARY: "/bin/ccr"})
    monkeypatch.setattr(sys, "executable", "/tmp/_MEI/app/ccr")
    restore.restore()
    assert (sys.executable, os.environ) == ("/bin/ccr", {})
    restore.restore()
    assert sys.executable == "/bin/ccr"
