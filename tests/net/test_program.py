import json
from pathlib import Path

import pytest

from ccr.core.login import Login
from ccr.net.program import client_secret

LOGIN = Login(program="tool", path=(), client_id="123-abc.apps.googleusercontent.com", package="@maker/tool")
SECRET = "GOCSPX-" + "x" * 28
CODE = f'var A = "GOCSPX-{"y" * 28}";\nvar ID = "{LOGIN.client_id}";\nvar SECRET = "{SECRET}";\n'


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A program as npm installs it: a link to a file in its package."""
    root = tmp_path / "lib" / "node_modules" / "@maker" / "tool"
    (root / "bundle").mkdir(parents=True)
    (root / "package.json").write_text(json.dumps({"name": "@maker/tool"}))
    (root / "bundle" / "tool.js").write_text("#!/usr/bin/env node\n")
    (root / "bundle" / "tool.js").chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").symlink_to(root / "bundle" / "tool.js")
    return root


def env(root: Path) -> dict[str, str]:
    return {"PATH": str(root.parents[3] / "bin")}


@pytest.mark.parametrize(
    "place",
    [
        "bundle/chunk-X.js",
        "node_modules/@google/gemini-cli-core/dist/src/code_assist/oauth2.js",
        "../gemini-cli-core/dist/src/code_assist/oauth2.js",
    ],
)
def test_secret_stands_beside_the_client_in_the_code(installed: Path, place: str) -> None:
    (installed / "bundle" / "a.js").write_text(CODE.replace(LOGIN.client_id, "another"))
    file = installed / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CODE)
    assert client_secret(LOGIN, env(installed)) == SECRET


def test_nothing_is_found_without_the_program(installed: Path, tmp_path: Path) -> None:
    assert client_secret(LOGIN, env(installed)) == ""
    assert client_secret(LOGIN, {"PATH": str(tmp_path / "nowhere")}) == ""
    (installed / "package.json").write_text("[]")
    assert client_secret(LOGIN, env(installed)) == ""
