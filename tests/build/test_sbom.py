"""The bill of materials lists what is in the binary, and tells it from the tools."""

import re
import tomllib
from types import ModuleType
from typing import Any

import pytest

from tests.build import load
from tests.source import ROOT


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    return load("sbom")


@pytest.fixture(scope="module")
def bill(sbom: ModuleType) -> dict[str, Any]:
    found: dict[str, Any] = sbom.bill()
    return found


def scopes(bill: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["scope"] for one in bill["components"]}


def test_every_dependency_is_in_the_binary(bill: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[^\w-]", text)[0] for text in project["dependencies"]}
    assert {name for name in wanted if scopes(bill).get(name) != "required"} == set()
    # Nobody names these, but they come along.
    assert {scopes(bill)[name] for name in ("h11", "sortedcontainers", "cpython", "openssl")} == {"required"}


def test_tools_are_told_apart(bill: dict[str, Any]) -> None:
    assert {scopes(bill)[name] for name in ("pyinstaller", "requests", "h2")} == {"excluded"}


def test_only_pinned_packages_count(bill: dict[str, Any]) -> None:
    pinned = set(re.findall(r"^(\S+?)==", (ROOT / "build" / "requirements.txt").read_text(), re.MULTILINE))
    assert {one["name"] for one in bill["components"] if one["purl"].startswith("pkg:pypi/")} <= pinned


def test_every_component_has_a_version_and_a_name_of_its_own(bill: dict[str, Any]) -> None:
    assert [one for one in bill["components"] if not one["version"]] == []
    references = [one["bom-ref"] for one in bill["components"]]
    assert len(references) == len(set(references))
    assert set(bill["dependencies"][0]["dependsOn"]) == {r for r in references if scopes_by_ref(bill)[r] == "required"}


def scopes_by_ref(bill: dict[str, Any]) -> dict[str, str]:
    return {one["bom-ref"]: one["scope"] for one in bill["components"]}


def test_document_is_the_same_each_time(sbom: ModuleType, bill: dict[str, Any]) -> None:
    assert sbom.bill() == bill
