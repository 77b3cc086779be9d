"""The built binary, if there is one that is newer than the source: its self-test passes."""

import sys

import pytest

from tests import process
from tests.source import PACKAGE, ROOT

BINARY = ROOT / "dist" / "ccr"


def is_current() -> bool:
    """Tell whether the binary was built after the last change of the source."""
    sources = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return BINARY.exists() and BINARY.stat().st_mtime > max(path.stat().st_mtime for path in sources)


@pytest.mark.binary
@pytest.mark.skipif(not is_current(), reason="no dist/ccr that is newer than the source; build/binary makes it")
def test_binary_passes_its_self_test() -> None:
    done = process.run([sys.executable, str(ROOT / "build" / "selftest.py"), str(BINARY)], seconds=150)
    assert done.returncode == 0, done.stdout
