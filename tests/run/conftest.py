"""Fixtures of the tests that run `ccr`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path: Path, free_port: int) -> Iterator[World]:
    """Return an empty machine; what runs on it at the end of the test is ended."""
    made = World(tmp_path, port=free_port)
    yield made
    made.end()
