"""What the code of a program on this machine says of itself."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from ccr.core.login import Login

_SECRET = re.compile(rb"\bGOCSPX-[A-Za-z0-9_-]{20,40}\b")
"""The form of the secrets that Google gives to OAuth clients."""


def client_secret(login: Login, env: Mapping[str, str]) -> str:
    """Return the secret that goes with the login's OAuth client, from the installed program; empty if not found.

    It stands in the same file as the client's id. Reads up to some ten megabytes: call it in a thread.
    """
    found = shutil.which(login.program, path=env.get("PATH"))
    root = _package(Path(found).resolve(), login.package) if found else None
    client = login.client_id.encode()
    for file in _code(root) if root else ():
        code = file.read_bytes()
        secret = _SECRET.search(code, max(0, code.find(client)))
        if client in code and secret:
            return secret[0].decode()
    return ""


def _package(program: Path, name: str) -> Path | None:
    """Return the folder of the npm package that a program belongs to."""
    for folder in program.parents:
        try:
            named = json.loads((folder / "package.json").read_bytes()).get("name")
        except (OSError, ValueError, AttributeError):
            continue
        if named == name:
            return folder
    return None


def _code(root: Path) -> Iterator[Path]:
    """Yield the files that may hold it: one bundle today, a package of its own in older versions."""
    yield from sorted((root / "bundle").glob("*.js"))
    for core in (root / "node_modules" / "@google" / "gemini-cli-core", root.parent / "gemini-cli-core"):
        file = core / "dist" / "src" / "code_assist" / "oauth2.js"
        if file.is_file():
            yield file
