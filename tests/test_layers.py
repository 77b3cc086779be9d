"""The layers of the architecture, read from the imports. Nothing is exempt.

A module imports only from lower layers or its own package; pure packages import only values.
"""

import tomllib

import pytest

from tests import source
from tests.source import Module

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "version"}),
    frozenset({"core", "dialect.vendor", "dialect.vendor_table"}),
    frozenset({"anthropic", "dialect", "transform", "route", "keys", "config", "status"}),
    frozenset({"reply", "upstream", "preset"}),
    frozenset({"passthrough"}),
    frozenset({"claim"}),
    frozenset({"plan"}),
    frozenset({"snapshot"}),
    frozenset({"tokens", "store", "plugins", "net"}),
    frozenset({"server"}),
    frozenset({"run"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""The parts of ccr from the bottom up; the longest name that fits a module is its part."""

SHELL = frozenset({"tokens", "store", "plugins", "net", "server", "run"})
"""The parts that act: only they touch the network, files, tasks and processes. What stands above drives them."""

PURE = frozenset().union(*LAYERS) - SHELL - {"cli", "__main__"}

VALUES = frozenset(
    (
        "__future__",
        "_json",
        "abc",
        "array",
        "ast",
        "base64",
        "binascii",
        "bisect",
        "cmath",
        "codecs",
        "collections",
        "contextlib",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "graphlib",
        "hashlib",
        "heapq",
        "hmac",
        "html",
        "inspect.cleandoc",
        "ipaddress",
        "itertools",
        "json",
        "keyword",
        "math",
        "numbers",
        "operator",
        "re",
        "reprlib",
        "string",
        "struct",
        "textwrap",
        "types",
        "typing",
        "unicodedata",
        "urllib.parse",
        "zlib",
        "zoneinfo",
    )
)
"""The standard library's modules that only compute: no clock, environment, file, network, chance, process or log."""

THIRD_PARTY: dict[str, frozenset[str]] = {
    "msgspec": frozenset().union(*LAYERS),
    "pyjson5": frozenset({"config", "store"}),
    "tiktoken": frozenset({"tokens"}),
    "trio": SHELL,
    "httpx": SHELL,
    "hypercorn": SHELL,
    "h11": frozenset({"net", "server"}),
    "certifi": frozenset({"net"}),
    "pypdf": frozenset({"server"}),
    "cyclopts": frozenset({"cli"}),
}
"""Which parts may import which distribution; one that is not listed here is not a dependency of ccr."""

MODULES = source.modules()
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}


def test_every_distribution_is_a_dependency_of_the_project() -> None:
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {text.partition(">")[0] for text in project["dependencies"]}
    assert declared == set(THIRD_PARTY)


@pytest.mark.parametrize("module", MODULES, ids=repr)
def test_module_imports_only_what_its_layer_may(module: Module) -> None:
    complaints = {imported: complaint(module.name, imported) for imported in sorted(module.imports())}
    assert [f"{imported}: {text}" for imported, text in complaints.items() if text] == []


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        pytest.param("core.event", "ccr.anthropic.stream.Encoder", id="upward"),
        pytest.param("route.decide", "ccr.config.schema.Config", id="sideways"),
        pytest.param("server.app", "ccr.run.serve", id="shell upward"),
        pytest.param("core.event", "ccr.news", id="unknown target"),
        pytest.param("news.today", "json", id="unknown part"),
        pytest.param("keys.pool", "time", id="clock in a pure part"),
        pytest.param("keys.pool", "random.choice", id="chance in a pure part"),
        pytest.param("plan", "os.environ", id="environment in a pure part"),
        pytest.param("reply", "trio", id="trio in a pure part"),
        pytest.param("cli.start", "trio.run", id="trio in a command"),
        pytest.param("net.exchange", "tiktoken", id="someone else's distribution"),
        pytest.param("server.app", "requests", id="not a dependency"),
    ],
)
def test_complaint_is_made_about(name: str, imported: str) -> None:
    assert complaint(name, imported)


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        ("core.event", "ccr.errors.ErrorKind"),
        ("dialect.gemini.request", "ccr.dialect.base.Call"),
        ("transform.base", "ccr.dialect.vendor.Vendor"),
        ("plan", "ccr.route.decide"),
        ("net.exchange", "httpx.AsyncClient"),
        ("config.parse", "urllib.parse.urlsplit"),
        ("run.serve", "os.path"),
    ],
)
def test_complaint_is_not_made_about(name: str, imported: str) -> None:
    assert complaint(name, imported) is None


def complaint(name: str, imported: str) -> str | None:
    """Return what is wrong with the module `ccr.<name>` importing the dotted name `imported`, or None."""
    part = part_of(name)
    if part is None:
        return "is in no layer: add its part to LAYERS"
    top, _, below = imported.partition(".")
    if top == "ccr":
        return upward(part, below)
    if source.is_stdlib(imported):
        return impure(part, imported)
    if part not in THIRD_PARTY.get(top, ()):
        return f"{part} may not import {top}"
    return None


def part_of(name: str) -> str | None:
    """Return the longest part of `LAYERS` that a dotted name below ccr begins with, or None."""
    pieces = name.split(".")
    candidates = (".".join(pieces[:length]) for length in range(len(pieces), 0, -1))
    return next((candidate for candidate in candidates if candidate in RANK), None)


def upward(part: str, below: str) -> str | None:
    """Return what is wrong with `part` importing `ccr.<below>`, or None."""
    target = part_of(below)
    if target is None:
        return f"ccr.{below} is in no layer"
    is_own = RANK[target] == RANK[part] and target.partition(".")[0] == part.partition(".")[0]
    return None if is_own or RANK[target] < RANK[part] else f"{target} is not in a lower layer than {part}"


def impure(part: str, imported: str) -> str | None:
    """Return what is wrong with `part` importing a name of the standard library, or None."""
    is_value = any(imported == name or imported.startswith(f"{name}.") for name in VALUES)
    return None if is_value or part not in PURE else f"{part} is pure and may not import {imported}"
