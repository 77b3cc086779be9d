"""What the binary holds: whatever ccr imports, and the standard library for users' plugins."""

from types import ModuleType

import pytest

from tests import source
from tests.build import load

FOR_PLUGINS = (
    "asyncio.subprocess",
    "bz2",
    "concurrent.futures",
    "csv",
    "email.message",
    "http.server",
    "logging.handlers",
    "lzma",
    "mimetypes",
    "sqlite3",
    "statistics",
    "tarfile",
    "timeit",
    "tomllib",
    "urllib.request",
    "uuid",
    "xml.etree.ElementTree",
    "zipfile",
    "zoneinfo",
)


@pytest.fixture(scope="module")
def contents() -> ModuleType:
    return load("contents")


def test_nothing_that_ccr_imports_stays_out(contents: ModuleType) -> None:
    unwanted = contents.UNWANTED_STDLIB | contents.UNWANTED_PACKAGES
    imported = {name.partition(".")[0] for module in source.modules() for name in module.imports()}
    assert imported & unwanted == set()


@pytest.mark.parametrize("name", FOR_PLUGINS)
def test_plugin_finds_module(contents: ModuleType, name: str) -> None:
    assert name in contents.stdlib()


@pytest.mark.parametrize("name", ["tkinter", "unittest", "dbm", "email.test", "nosuchmodule"])
def test_module_stays_out(contents: ModuleType, name: str) -> None:
    assert name not in contents.stdlib()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("pygments.lexers.python", True), ("pygments.lexers.cobol", False), ("pygments.lexer", True), ("ccr.plan", True)],
)
def test_module_is_wanted(contents: ModuleType, name: str, expected: bool) -> None:
    assert contents.is_wanted(name) is expected
