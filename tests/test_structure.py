"""Rules about files: every module says what it is for and has its tests, and the repository stands alone."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests import source
from tests.source import ROOT, Module

MODULES = source.modules()

FOREIGN = re.compile(r"(?<![\w./-])/(root|work|srv)/[\w.-]+/")
"""Absolute paths below somebody's own folder."""


@pytest.mark.parametrize("module", MODULES, ids=repr)
def test_module_says_what_it_is_for(module: Module) -> None:
    is_empty = not module.tree.body
    assert is_empty or ast.get_docstring(module.tree), f"{module.path} has no docstring"


def test_every_module_with_logic_has_its_test_file() -> None:
    missing = [str(wanted_test(module)) for module in MODULES if module.has_logic() and not has_test(module)]
    assert not missing, "\n".join(["these test files are missing:", *missing])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f() -> int:\n    return g()", True),
        ("class A:\n    def f(self) -> None:\n        self.x = g()", True),
        ("class A:\n    def __init__(self, x: int) -> None:\n        self.x = x", False),
        ("class A:\n    def f(self, x: int) -> int:\n        return x", False),
        ("class A:\n    def f(self) -> None:\n        '''Say.'''\n        ...", False),
        ("X = 1", False),
    ],
)
def test_logic_is_a_function_that_does_something(tmp_path: Path, code: str, expected: bool) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    assert Module(path, name="module", is_package=False).has_logic() is expected


def test_no_file_names_a_place_outside_the_repository() -> None:
    found = [f"{path}: {match[0]}" for path in texts() for match in FOREIGN.finditer(read(path))]
    assert found == []


def wanted_test(module: Module) -> Path:
    """Return where the tests of `module` belong, below the root: `tests/config/test_parse.py`."""
    inner = module.path.relative_to(source.PACKAGE)
    stem = module.path.parent.name if module.is_package else inner.stem.strip("_")
    return Path("tests", inner.parent, f"test_{stem}.py")


def has_test(module: Module) -> bool:
    """Tell whether the test file exists, or several that share its name: `test_parse_providers.py`."""
    wanted = ROOT / wanted_test(module)
    return wanted.exists() or any(wanted.parent.glob(f"{wanted.stem}_*.py"))


def texts() -> list[Path]:
    """Return the files of the repository, as git knows them: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=30,
    )
    if listing.returncode:
        pytest.skip("not a git checkout, so which files belong to the repository is unknown")
    names = filter(None, listing.stdout.decode().split("\0"))
    return [path for path in map(ROOT.joinpath, names) if path.is_file()]


def read(path: Path) -> str:
    """Return the text of a file, or nothing if it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
