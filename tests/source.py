"""Reads ccr's own source for the tests that judge its structure."""

import ast
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ccr"


class Module:
    """One source file of ccr. `name` is dotted, without `ccr`: `core.event`, `__main__`; empty for `ccr` itself."""

    def __init__(self, path: Path, *, name: str, is_package: bool) -> None:
        self.path = path
        self.name = name
        self.is_package = is_package

    def __repr__(self) -> str:
        return self.name or "ccr"

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    def imports(self) -> set[str]:
        """Return the dotted names that this module imports anywhere, also inside functions and for type checking only.

        `from a.b import c` gives `a.b.c`: whether `c` is a module is for the caller to find out.
        """
        return set(self._imports())

    def _imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = ".".join(filter(None, [self._anchor(node.level), node.module]))
                yield from (f"{source}.{alias.name}" for alias in node.names)

    def _anchor(self, level: int) -> str:
        """Return the package that a relative import of `level` dots begins at; empty for an absolute one."""
        if not level:
            return ""
        parts = ["ccr", *filter(None, self.name.split("."))]
        drop = level - 1 if self.is_package else level
        return ".".join(parts[: len(parts) - drop])

    def has_logic(self) -> bool:
        """Tell whether some function does more than to stand for a protocol, keep its arguments or return one."""
        return any(_does_something(node) for node in ast.walk(self.tree))


def modules() -> list[Module]:
    """Return every module of ccr, in the order of their names."""
    return [_module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def _module(path: Path) -> Module:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Module(path, name=".".join(parts[:-1] if is_package else parts), is_package=is_package)


def _does_something(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return not all(_is_filler(statement) for statement in node.body)


def _is_filler(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr | ast.Return | ast.Assign):
        return isinstance(statement.value, ast.Constant | ast.Name | None)
    return isinstance(statement, ast.Pass)


def is_stdlib(name: str) -> bool:
    """Tell whether a dotted import name belongs to the standard library."""
    return name.partition(".")[0] in sys.stdlib_module_names
