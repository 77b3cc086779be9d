"""Brings the generated parts of the guide up to date: `python build/guide.py`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ccr.config.schema import Config, Key, ModelSettings, Plugin, PluginSpec, Provider, Router, Timeouts
from ccr.core.price import Prices
from ccr.transform.builtin import TRANSFORMERS
from ccr.transform.table import described

FOLDER = Path(__file__).resolve().parent.parent / "ccr" / "data" / "guide"

SECTIONS: dict[str, type[msgspec.Struct]] = {
    "The file": Config,
    "`Router`": Router,
    "`Providers[]`": Provider,
    "`Providers[].api_keys[]`": Key,
    "`Providers[].timeouts`": Timeouts,
    "`Providers[].model_settings.MODEL`": ModelSettings,
    "`Providers[].model_settings.MODEL.prices`": Prices,
    "`transformers[]`": PluginSpec,
    "`plugins[]`": Plugin,
}


def parts() -> dict[str, dict[str, str]]:
    """Return the generated parts by the name of their file and of their markers."""
    return {"configuration.md": {"keys": keys()}, "transformers.md": {"transformers": transformers()}}


def keys() -> str:
    """Return a list of all keys with what the types say about them."""
    return "\n".join(f"{title}:\n\n{''.join(_rows(kind))}" for title, kind in SECTIONS.items())


def transformers() -> str:
    """Return a list of all transformers with their options."""
    return "".join(_entry(*described(transformer), name=transformer.name) for transformer in TRANSFORMERS)


def current(name: str, text: str) -> str:
    """Return the text of a file with its generated parts as they should be."""
    for marker, part in parts().get(name, {}).items():
        pattern = re.compile(rf"(<!-- {marker}: [^>]*-->\n).*?(<!-- /{marker} -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, part=part: f"{found[1]}{part}{found[2]}", text)
        if count != 1:
            sys.exit(f"{name} has no place for {marker}")
    return text


def _rows(kind: type[msgspec.Struct]) -> Iterator[str]:
    _, components = msgspec.json.schema_components((kind,), ref_template="{name}")
    for key, value in components[kind.__name__]["properties"].items():
        if key.lower() == "extra":
            continue
        yield f"- `{key}`: {_description(key, value)}{_default(value)}\n"
        if kind is Provider and key == "api_keys":
            yield "- `api_key`: The key, where there is only one.\n"


def _description(key: str, value: dict[str, Any]) -> str:
    plain = {"name": "Its name.", "enabled": "Whether it is on.", "options": "Its options."}
    return str(value.get("description") or plain[key])


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    choices = next((part["enum"] for part in (value, *value.get("anyOf", [])) if "enum" in part), [])
    words = [f"one of {', '.join(choices)}"] if choices else []
    if isinstance(default, str | int | float):
        words.append(f"default {msgspec.json.encode(default).decode()}")
    return f" ({'; '.join(words)})" if words else ""


def _entry(text: str, options: list[str], *, name: str) -> str:
    return f"- `{name}`: {text}\n" + "".join(f"  - {option}\n" for option in options)


if __name__ == "__main__":
    for path in FOLDER.glob("*.md"):
        path.write_text(current(path.name, path.read_text(encoding="utf-8")), encoding="utf-8")
