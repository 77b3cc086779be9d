"""The generated parts of the README are current."""

from tests.build import load
from tests.source import ROOT


def test_generated_parts_are_current() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert load("readme").current(text) == text, "run build/readme.py"
