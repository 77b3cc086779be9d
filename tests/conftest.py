"""The few fixtures that tests of all parts share. No test sees the developer's own HOME, keys or proxies."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The asserts of shared pieces explain themselves like those of the tests.
pytest.register_assert_rewrite("tests.grammar", "tests.hop.agent", "tests.legal", "tests.terminal", "tests.world")

# A change is checked by few examples, many times a day; `--hypothesis-profile=thorough` takes as many as it likes.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile("quick")

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "CI", "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH")


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Drop every variable that could steer the code under test, and point HOME at an empty folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name not in KEPT_VARIABLES]:
            patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty HOME of this test's own."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def free_port() -> int:
    """Return a loopback TCP port that nobody listens on; binding port 0 oneself is better where possible."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
