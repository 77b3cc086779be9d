"""The bill of materials: which packages and libraries are in the binary, and which tools made it.

Asks the environment that the binary is built in. Format: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/
"""

import platform
import re
import sqlite3
import ssl
import sys
import uuid
import zlib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Any

from contents import UNWANTED_PACKAGES

Json = dict[str, Any]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PROJECT = "claude-code-router"


def bill() -> Json:
    """Return the whole document. The same packages give the same document, whenever it is made."""
    pinned = set(re.findall(r"^(\S+?)==", (HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
    # Not pip, which is Python's own.
    installed = {name: found for found in distributions() if (name := normal(found.name)) in pinned}
    held = set(needed(installed))
    packages = [package(found, is_held=name in held) for name, found in sorted(installed.items())]
    components = [*packages, *libraries()]
    own = {"type": "application", "bom-ref": PROJECT, "name": PROJECT, "version": version()}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, repr((own, components)))}",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"license": {"id": "MIT"}}]}},
        "components": components,
        "dependencies": [{"ref": PROJECT, "dependsOn": [one["bom-ref"] for one in components if is_inside(one)]}],
    }


def needed(installed: dict[str, Distribution]) -> Iterator[str]:
    """Yield the packages that ccr needs, directly or not, but for those that the binary does without."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert listed is not None
    waiting = re.findall(r'"([\w.-]+)', listed[1])
    seen: set[str] = {normal(name) for name in UNWANTED_PACKAGES}
    while waiting:
        name = normal(waiting.pop())
        if name in seen or name not in installed:
            continue
        seen.add(name)
        yield name
        wanted = installed[name].requires or []
        waiting += [match[0] for text in wanted if "extra ==" not in text and (match := re.match(r"[\w.-]+", text))]


def package(found: Distribution, *, is_held: bool) -> Json:
    """Return the component for an installed package; one that is only a tool has the scope `excluded`."""
    name = normal(found.name)
    purl = f"pkg:pypi/{name}@{found.version}"
    made = {"type": "library", "bom-ref": purl, "name": name, "version": found.version, "purl": purl}
    licence = found.metadata.get("License-Expression")
    return (
        made
        | {"scope": "required" if is_held else "excluded"}
        | ({"licenses": [{"expression": licence}]} if licence else {})
    )


def libraries() -> Iterator[Json]:
    """Yield the components that come with Python."""
    openssl = re.search(r"\d+(\.\d+)+\w*", ssl.OPENSSL_VERSION)
    versions = {
        "cpython": platform.python_version(),
        "openssl": openssl[0] if openssl else "",
        "sqlite": sqlite3.sqlite_version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "pyinstaller-bootloader": distribution("pyinstaller").version,
    }
    for name, number in versions.items():
        purl = f"pkg:generic/{name}@{number}"
        yield {"type": "library", "bom-ref": purl, "name": name, "version": number, "purl": purl, "scope": "required"}


def is_inside(component: Json) -> bool:
    """Tell whether a component is in the binary."""
    return bool(component["scope"] == "required")


def normal(name: str) -> str:
    """Return a package's name as indexes spell it: https://peps.python.org/pep-0503/#normalized-names"""
    return re.sub(r"[-_.]+", "-", name).lower()


def version() -> str:
    """Return the version of the source."""
    sys.path.insert(0, str(ROOT))
    from ccr.version import VERSION

    return VERSION
