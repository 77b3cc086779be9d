"""Tests of what stands in `build/`, `completions/` and `.ci/`."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from tests.source import ROOT


def load(name: str) -> ModuleType:
    """Return a module of `build/`, which is no package; its siblings are found meanwhile."""
    spec = spec_from_file_location(name, ROOT / "build" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.path.insert(0, str(ROOT / "build"))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "build"))
    return module
