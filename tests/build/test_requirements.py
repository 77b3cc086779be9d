"""The binary's requirements: pinned, hashed, complete, and free of addresses."""

import re
import tomllib

from packaging.requirements import Requirement

from tests.source import ROOT

TEXT = (ROOT / "build" / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = re.findall(r"^(\S+?)==(\S+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)", TEXT, re.MULTILINE)


def test_requirements_are_pinned_and_hashed() -> None:
    rows = [line for line in TEXT.splitlines() if line and line[0] not in " #"]
    assert len(rows) == len(PINS) > 30
    assert [name for name, _, rest in PINS if "--hash=sha256:" not in rest] == []


def test_requirements_name_no_address() -> None:
    assert re.findall(r"\w+://|--(?:extra-)?index-url|--find-links|--trusted-host", TEXT) == []


def test_requirements_hold_every_dependency() -> None:
    wanted = {Requirement(text).name.lower() for text in PROJECT["dependencies"]} | {"pyinstaller"}
    assert wanted - {name for name, _, _ in PINS} == set()


def test_requirements_fit_the_project() -> None:
    pins = {name: pinned for name, pinned, _ in PINS}
    wanted = [Requirement(text) for text in PROJECT["dependencies"]]
    assert [str(one) for one in wanted if not one.specifier.contains(pins[one.name.lower()])] == []
