from pathlib import Path

import pytest

from ccr.plugins.js.runtime import find, runner


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ((), None),
        (("deno", "bun", "node"), ["node"]),
        (("deno", "bun"), ["bun", "run"]),
        (("deno",), ["deno", "run", "--allow-all", "--no-prompt"]),
    ],
)
def test_first_runtime_on_the_path_is_taken(tmp_path: Path, installed: tuple[str, ...], expected: list[str]) -> None:
    for name in installed:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    found = find({"PATH": str(tmp_path)})
    wanted = [str(tmp_path / expected[0]), *expected[1:], str(runner())] if expected else None
    assert found == wanted


def test_no_path_has_no_runtime() -> None:
    assert find({}) is None
