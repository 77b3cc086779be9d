"""Makes a preset of a configuration, without its secrets: whoever installs it is asked for his own."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ccr.config.interpolate import placeholder
from ccr.config.redact import is_secret
from ccr.preset.manifest import SETTINGS, Json

PLACES = re.compile(r"^(transformers\[\d+\]|CUSTOM_ROUTER_PATH|REWRITE_SYSTEM_PROMPT)$|\.(scriptPath|path)$")
"""Where a configuration names a file that has to come along."""

Mask = Callable[[str], str]


def export(
    raw: Json, about: Mapping[str, str], *, keywords: Sequence[str] = (), mask: Mask, keeps_secrets: bool = False
) -> Json:
    """Return a manifest for a configuration as its file has it, with `$NAME` references as they are.

    Every secret becomes a question. `mask` changes texts that have a secret in them wherever they stand.
    """
    questions: dict[str, Json] = {}
    config = {key: value for key, value in raw.items() if key in SETTINGS}
    if not keeps_secrets:
        config = _cleaned(config, (), owner="", mask=mask, questions=questions)
    found: Json = {**{key: value for key, value in about.items() if value}}
    if keywords:
        found["keywords"] = list(keywords)
    found.update(config)
    if questions:
        found["schema"] = list(questions.values())
    return found


def with_files(manifest: Json, names: Callable[[str], str]) -> Json:
    """Return the manifest with each file that it names renamed by `names`."""
    return {key: _renamed(value, key, names) for key, value in manifest.items()}


def _renamed(value: Any, place: str, names: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return names(value) if value and PLACES.search(place) else value
    if isinstance(value, dict):
        return {key: _renamed(item, f"{place}.{key}", names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, f"{place}[{index}]", names) for index, item in enumerate(value)]
    return value


def _cleaned(value: Any, path: Sequence[str], *, owner: str, mask: Mask, questions: dict[str, Json]) -> Any:
    if isinstance(value, str):
        name = next((key for key in reversed(path) if not key.isdecimal()), "")
        is_hidden = is_secret(name) or mask(value) != value
        if not value or not is_hidden or placeholder(value) is not None:
            return value
        return _ask(path, owner, questions)
    if isinstance(value, dict):
        owner = str(value.get("name") or owner)
        return {
            key: _cleaned(item, (*path, str(key)), owner=owner, mask=mask, questions=questions)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            _cleaned(item, (*path, str(index)), owner=owner, mask=mask, questions=questions)
            for index, item in enumerate(value)
        ]
    return value


def _ask(path: Sequence[str], owner: str, questions: dict[str, Json]) -> str:
    """Add a question for the secret at a path; return the reference that takes its place."""
    name = next((key for key in reversed(path) if not key.isdecimal()), "")
    words = [owner or path[0], name, path[-1] if path[-1].isdecimal() else ""]
    stem = re.sub(r"\W+", "_", "_".join(filter(None, words))).strip("_").upper()
    id_, number = stem, 2
    while id_ in questions:
        id_, number = f"{stem}_{number}", number + 1
    label = f"{name} of {owner}" if owner else ".".join(path)
    questions[id_] = {"id": id_, "type": "password", "label": label, "required": True}
    return f"#{{{id_}}}"
