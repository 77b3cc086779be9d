"""What a preset could do to its user: which of its parts run code, where it sends requests, which secrets it uses."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ccr.config.interpolate import PATTERN
from ccr.core.pattern import pattern
from ccr.preset.manifest import Json, Manifest
from ccr.preset.question import REFERENCE

_HARMLESS_ENV = pattern(
    r"ANTHROPIC_(DEFAULT_\w+|MODEL|SMALL_FAST_MODEL|BASE_URL|AUTH_TOKEN|API_KEY)|CLAUDE_CODE_(MAX|DISABLE)_\w+"
    r"|DISABLE_\w+|MAX_\w+|API_TIMEOUT_MS|ENABLE_TOOL_SEARCH"
)
"""Variables of Claude Code that start no program. Others may: `NODE_OPTIONS`, `PATH`, `BASH_ENV`."""
_HARMLESS_SETTINGS = ("env", "model", "theme", "outputStyle", "includeCoAuthoredBy", "alwaysThinkingEnabled")
_LOOKUP = pattern(r"\$\{(?:command|file|keychain):")
_HOST = pattern(r"^\s*(?:https?://)?(?:[^/@\s]*@)?([^/\s:?#]+)")


class Reach(msgspec.Struct, frozen=True):
    """What to tell before a preset is used."""

    code: tuple[str, ...]
    """The places that run code, or have a program or a file read; empty if there are none."""
    hosts: tuple[str, ...]
    variables: tuple[str, ...]


def reach(manifest: Manifest) -> Reach:
    """Return what a preset could do."""
    parts = {"config": manifest.config, "template": manifest.template or {}}
    mapped = [(mapping.target, mapping.value) for mapping in manifest.mappings]
    code = [*_code(manifest.config), *_code(manifest.template or {}), *_settings(manifest.claude_settings)]
    code += [f"{target} (configMappings)" for target, _ in mapped if _names_code(target)]
    code += [f"{q.id} (schema)" for q in manifest.questions if ("." in q.id or "[" in q.id) and _names_code(q.id)]
    offered = [[question.default, question.options] for question in manifest.questions]
    texts = list(_texts([parts, mapped, manifest.claude_settings, manifest.values, offered]))
    code += [f"the value of {text[:60]!r}" for text in texts if _LOOKUP.search(text)]
    return Reach(
        tuple(dict.fromkeys(code)), tuple(dict.fromkeys(_hosts(parts))), tuple(dict.fromkeys(_variables(texts)))
    )


def lookups(config: Json) -> list[str]:
    """Return the texts of a configuration that have a program run or a file read to fill them."""
    return [text for text in _texts(config) if _LOOKUP.search(text)]


def _code(config: Json) -> Iterator[str]:
    """Yield the places of a configuration that name a program."""
    for index, item in enumerate(_items(config.get("transformers"))):
        yield f"transformers[{index}]: {item.get('path', '') if isinstance(item, dict) else item}"
    if config.get("CUSTOM_ROUTER_PATH"):
        yield f"CUSTOM_ROUTER_PATH: {config['CUSTOM_ROUTER_PATH']}"
    for key in ("plugins", "usePlugins"):
        for item in _items(config.get(key)):
            yield f"{key}: {item.get('name', '') if isinstance(item, dict) else item}"
    for place, value in _walk(config.get("StatusLine"), "StatusLine"):
        name = place.rpartition(".")[2]
        if (name == "type" and value == "script") or name in ("scriptPath", "command"):
            yield f"{place}: {value}"
    for place, value in _walk(config.get("Providers"), "Providers"):
        if place.endswith(".path"):
            yield f"{place}: {value}"


def _settings(settings: Json) -> Iterator[str]:
    """Yield the settings of Claude Code that start a program."""
    for key in settings:
        if key not in _HARMLESS_SETTINGS:
            yield f"claudeCodeSettings.{key}"
    env = settings.get("env")
    for name in env if isinstance(env, dict) else ():
        if not _HARMLESS_ENV.fullmatch(name):
            yield f"claudeCodeSettings.env.{name}"


def _names_code(target: str) -> bool:
    return target.startswith(("transformers", "CUSTOM_ROUTER_PATH", "plugins", "usePlugins", "StatusLine")) or (
        target.endswith(".path")
    )


def _hosts(value: Any) -> Iterator[str]:
    for place, text in _walk(value, ""):
        name = place.rpartition(".")[2]
        if name in ("api_base_url", "apiBaseUrl", "base_url", "baseUrl", "PROXY_URL", "proxy"):
            found = _HOST.match(text)
            yield "an address that you give" if REFERENCE.search(text) else found[1] if found else text


def _variables(texts: list[str]) -> Iterator[str]:
    for text in texts:
        for match in PATTERN.finditer(text):
            name = match[1] or match[2]
            if ":" not in name:
                yield name


def _walk(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a JSON value with its path."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{place}[{index}]")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
