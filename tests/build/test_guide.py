"""The generated parts of the guide are current, and it leaves nothing out."""

from collections.abc import Iterator

import msgspec
import pytest

from ccr.cli.help import TOPICS, guide
from ccr.config.schema import Config, Key, ModelSettings, PluginSpec, Provider, Router, Timeouts
from ccr.core.price import Prices
from ccr.transform.builtin import TRANSFORMERS
from tests.build import load
from tests.source import PACKAGE

FOLDER = PACKAGE / "data" / "guide"


def keys() -> Iterator[str]:
    for kind in (Config, Router, Provider, Key, Timeouts, ModelSettings, Prices, PluginSpec):
        yield from (field.encode_name for field in msgspec.structs.fields(kind) if field.name != "extra")


@pytest.mark.parametrize("name", sorted(TOPICS))
def test_generated_parts_are_current(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert load("guide").current(f"{name}.md", text) == text, "run build/guide.py"


def test_every_file_is_a_topic() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(TOPICS)


def test_every_key_is_explained() -> None:
    text = guide("configuration")
    assert [key for key in keys() if f"`{key}`" not in text] == []


def test_every_transformer_is_explained() -> None:
    text = guide("transformers")
    assert [one.name for one in TRANSFORMERS if f"- `{one.name}`: " not in text] == []


def test_every_placeholder_of_the_status_line_is_named() -> None:
    from ccr.status.variable import Sources, variables

    text = guide("configuration")
    known = variables(Sources({}, reply={}, session={}, default="", branch=""))
    assert [name for name in known if f"`{name}`" not in text] == []
