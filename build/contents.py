"""What goes into the binary beside what the imports show, and what stays out."""

import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pkgutil import iter_modules

UNWANTED_STDLIB = frozenset(
    {
        # Windows and toys that a program without a screen has no use for.
        "antigravity",
        "curses",
        "_curses",
        "_curses_panel",
        "idlelib",
        "readline",
        "this",
        "tkinter",
        "_tkinter",
        "turtle",
        "turtledemo",
        # Tools of developers, for installing, testing and debugging.
        "bdb",
        "cProfile",
        "distutils",
        "doctest",
        "ensurepip",
        "lib2to3",
        "pdb",
        "profile",
        "pstats",
        "pydoc",
        "pydoc_data",
        "test",
        "trace",
        "unittest",
        "venv",
        "zipapp",
        # Old databases, which bring a library each.
        "_dbm",
        "_gdbm",
        "dbm",
        "shelve",
        # Old protocols and formats that were removed from Python since, or are about to be.
        "aifc",
        "audioop",
        "cgi",
        "cgitb",
        "chunk",
        "crypt",
        "_crypt",
        "imghdr",
        "mailcap",
        "msilib",
        "nis",
        "nntplib",
        "ossaudiodev",
        "pipes",
        "sndhdr",
        "spwd",
        "sunau",
        "telnetlib",
        "uu",
        "xdrlib",
        "xmlrpc",
    }
)
"""Modules of the standard library that the binary lacks. A user's plugin finds every other one."""

UNWANTED_PACKAGES = frozenset(
    {
        # Imported by a dependency only for something that ccr never does.
        "charset_normalizer",  # requests
        "click",  # httpx's command line
        "docutils",  # rich-rst
        "regex",  # tiktoken's special tokens
        "requests",  # tiktoken's downloads: its ranks are bundled
        "rich_rst",  # help in reStructuredText
        "urllib3",
        "zstandard",  # urllib3
        # HTTP/2 and WebSocket: see ccr/server/hypercorn.py.
        "h2",
        "hpack",
        "hyperframe",
        "priority",
        "wsproto",
        # Python's own tools.
        "_distutils_hack",
        "pip",
        "pkg_resources",
        "setuptools",
    }
)
"""Packages that an import of a dependency names and that the binary does without."""

NOT_QUICK = (
    "ccr.cli.entry",  # all other commands
    "msgspec",
    # Tables of East Asian encodings, a megabyte; what a quick command reads and writes is UTF-8.
    "_codecs_cn",
    "_codecs_hk",
    "_codecs_iso2022",
    "_codecs_jp",
    "_codecs_kr",
    "_codecs_tw",
    "_multibytecodec",
    # Imported by the standard library only for what a quick command never does.
    "argparse",
    "bz2",
    "calendar",
    "csv",
    "datetime",
    "decimal",
    "email",
    "gettext",
    "hashlib",
    "inspect",
    "lzma",
    "pathlib",
    "pickle",
    "random",
    "shutil",
    "ssl",
    "statistics",
    "tempfile",
    "typing",
    "unicodedata",
    "urllib",
    "zipfile",
)
"""What the program `quick` lacks: it holds just enough for `--version` and `statusline`."""

KEPT_PYGMENTS = frozenset({"_mapping", "data", "python", "special", "terminal", "default", "monokai"})
"""Of the lexers, formatters and styles of pygments those that `rich` imports or falls back to."""


def stdlib() -> list[str]:
    """Return the modules of the standard library that the binary holds: all that this Python has but the unwanted."""
    names = sys.stdlib_module_names - UNWANTED_STDLIB - set(sys.builtin_module_names)
    return [found for name in sorted(names) for found in _with_submodules(name)]


def is_wanted(name: str) -> bool:
    """Tell whether a module that the analysis has found goes in: all but unused parts of pygments."""
    package, _, module = name.rpartition(".")
    return package not in {"pygments.lexers", "pygments.styles", "pygments.formatters"} or module in KEPT_PYGMENTS


def _with_submodules(name: str) -> Iterator[str]:
    spec = find_spec(name)
    if spec is None:
        return
    yield name
    yield from _below(f"{name}.", spec.submodule_search_locations or ())


def _below(prefix: str, folders: Iterable[str]) -> Iterator[str]:
    for module in iter_modules(list(folders), prefix):
        last = module.name.rpartition(".")[2]
        if last in {"__main__", "test", "tests", "idle_test"}:
            continue
        yield module.name
        if module.ispkg:
            yield from _below(f"{module.name}.", [f"{folder}/{last}" for folder in folders])
