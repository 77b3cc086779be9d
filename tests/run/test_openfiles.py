"""The limit of open files, in a process of its own."""

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

PROGRAM = """
import resource, sys
from ccr.run.openfiles import allow_many
soft, hard = (int(word) for word in sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
allow_many()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [(64, 300, 300), (300, 300, 300), (128, 128, 128)],
    ids=["raised", "enough", "no room"],
)
def test_the_soft_limit_is_raised_as_far_as_it_may(soft: int, hard: int, expected: int) -> None:
    words = [sys.executable, "-c", PROGRAM, str(soft), str(hard)]
    found = subprocess.run(words, capture_output=True, text=True, check=True, timeout=20).stdout
    assert found.split() == [str(expected), str(hard)]
