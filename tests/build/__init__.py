"""Tests of what stands in `build/`, `completions/` and `.ci/`."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

from tests.source import ROOT


def load(name: str) -> ModuleType:
    """Return a module of `build/`, which is no package."""
    spec = spec_from_file_location(name, ROOT / "build" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
