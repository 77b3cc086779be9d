"""A preset's `manifest.json`: what it says of itself, the configuration it brings, and what it asks."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from ccr.errors import ConfigError
from ccr.preset.question import Condition, Question, read_conditions, read_questions

Json = dict[str, Any]

SETTINGS = frozenset(
    {
        "Providers",
        "Router",
        "fallback",
        "transformers",
        "StatusLine",
        "NON_INTERACTIVE_MODE",
        "API_TIMEOUT_MS",
        "PROXY_URL",
        "REWRITE_SYSTEM_PROMPT",
        "CUSTOM_ROUTER_PATH",
        "ANTHROPIC_SMALL_FAST_MODEL",
        "forceUseImageAgent",
        "plugins",
        "usePlugins",
    }
)
"""The keys of a configuration that a preset may set. The address, the router's own key, the log and the program that
is run stay the user's."""

_ABOUT = ("name", "version", "description", "author", "homepage", "repository", "license")
_NAME = re.compile(r"[^\W_][\w.-]*", re.UNICODE)


class Mapped(msgspec.Struct, frozen=True):
    """One of `configMappings`: put `value` at `target` if the conditions hold."""

    target: str
    value: Any
    when: tuple[Condition, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One preset as its author wrote it."""

    about: Mapping[str, str]
    keywords: tuple[str, ...] = ()
    config: Json = {}
    template: Json | None = None
    questions: tuple[Question, ...] = ()
    mappings: tuple[Mapped, ...] = ()
    values: Json = {}
    """Answers that the original kept in the manifest itself."""
    claude_settings: Json = {}
    """Settings for Claude Code."""
    no_server: bool = False
    """Claude Code talks to the first provider itself."""
    provider: str = ""
    """A provider of the user's own configuration that is used in the place of one of the preset's."""
    ignored: tuple[str, ...] = ()
    """Keys that a preset may not set."""

    @property
    def name(self) -> str:
        """What its author calls it."""
        return self.about.get("name", "")


def read_manifest(raw: Json) -> Manifest:
    """Return the manifest in a JSON object. Raises ConfigError that says what is wrong with it."""
    # The original's own examples nest what is said about the preset.
    nested = raw.get("metadata")
    flat = {**nested, **raw} if isinstance(nested, dict) else raw
    body = flat["config"] if isinstance(flat.get("config"), dict) else {}
    top = {key: value for key, value in flat.items() if key in SETTINGS}
    config = {**{key: value for key, value in body.items() if key in SETTINGS}, **top}
    return Manifest(
        about={key: str(flat[key]) for key in _ABOUT if isinstance(flat.get(key), str)},
        keywords=tuple(str(word) for word in _list(flat, "keywords")),
        config=config,
        template=_object(flat, "template"),
        questions=read_questions(flat.get("schema")),
        mappings=tuple(_mapped(item, f"configMappings[{i}]") for i, item in enumerate(_list(flat, "configMappings"))),
        values=_object(flat, "userValues") or {},
        claude_settings=_object(flat, "claudeCodeSettings") or _object(body, "claudeCodeSettings") or {},
        no_server=flat.get("noServer", body.get("noServer")) is True,
        provider=str(flat.get("provider") or body.get("provider") or ""),
        ignored=tuple(sorted(key for key in {**body, **flat} if key.isupper() and key not in SETTINGS)),
    )


def check_name(name: str) -> str:
    """Return the name of a preset. Raises ConfigError for one that can't be a folder's and a command's."""
    if not _NAME.fullmatch(name) or ".." in name or len(name) > 80:
        raise ConfigError(f"{name!r} can't be the name of a preset: use letters, digits, dots, dashes and underscores")
    return name


def _object(raw: Json, key: str) -> Json | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, dict):
        raise ConfigError(f"{key}: must be an object")
    return value


def _list(raw: Json, key: str) -> list[Any]:
    value = raw.get(key)
    if value is not None and not isinstance(value, list):
        raise ConfigError(f"{key}: must be a list")
    return value or []


def _mapped(item: Any, path: str) -> Mapped:
    if not isinstance(item, dict) or not isinstance(item.get("target"), str):
        raise ConfigError(f"{path}: needs a target")
    return Mapped(item["target"], item.get("value"), read_conditions(item.get("when"), f"{path}.when"))
