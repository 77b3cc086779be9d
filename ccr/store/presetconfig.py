"""The configuration that a preset makes, filled up from the user's own: what a session or the service routes by."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccr.config import agents
from ccr.config.interpolate import interpolate
from ccr.config.parse import Loaded, parse
from ccr.config.problem import Problem
from ccr.errors import CcrError, ConfigError
from ccr.preset.apply import apply, complete
from ccr.preset.export import with_files
from ccr.preset.question import Answers, Catalog
from ccr.preset.reach import lookups, reach
from ccr.store import configfile
from ccr.store.paths import Home
from ccr.store.presetfile import Preset, digest, find, own_file
from ccr.store.secret import References

Json = dict[str, Any]

NOT_INHERITED = ("Providers", "Router", "fallback", "transformers", "CUSTOM_ROUTER_PATH", "usePlugins", "plugins")
"""What a preset that brings providers of its own does not take over from the user's configuration."""


def read(home: Home, name: str, *, path: Path, env: Mapping[str, str]) -> Loaded:
    """Return the configuration of an installed preset; `path` is the user's own. Never raises: see `problems`."""
    own = configfile.read(path, env)
    try:
        preset = find(home, name)
        require_consent(preset)
        config = _composed(preset, own, env)
    except CcrError as error:
        return Loaded(None, (Problem(f"preset {name}", str(error), fatal=True),), {}, "")
    return parse(json.dumps(config), References(agents.without(env)))


def require_consent(preset: Preset) -> None:
    """Raise ConfigError if the preset has code that its user has not agreed to run as it is now."""
    code = reach(preset.manifest).code
    if code and preset.note.code != digest(preset.folder):
        listed = "\n".join(f"  {place}" for place in code)
        raise ConfigError(
            f"it runs code that you have not agreed to, or that has changed since:\n{listed}\n"
            f"look at {preset.folder}, then `ccr preset install {preset.name} --yes-run-code`"
        )


def catalog(loaded: Loaded) -> Catalog:
    """Return the providers and models of a configuration for a preset's questions."""
    return {p.name: p.models for p in loaded.config.providers} if loaded.config else {}


def _composed(preset: Preset, own: Loaded, env: Mapping[str, str]) -> Json:
    manifest = preset.manifest
    answers = complete(manifest, preset.values, catalog(own))
    made = with_files(apply(manifest, answers), lambda name: str(own_file(preset.folder, name)))
    _check_lookups(preset, made, answers)
    # Only from the environment: what runs a command or reads a file is for the user's own configuration.
    filled, _ = interpolate(made, env)
    # A preset's routes are what it is for; router mode would pass them over.
    kept = agents.without(own.raw)
    if "Providers" in filled:
        return {**{key: value for key, value in kept.items() if key not in NOT_INHERITED}, **filled}
    if manifest.provider:
        filled["Providers"] = _one(own.raw, manifest.provider)
    return {**kept, **filled}


def _check_lookups(preset: Preset, made: Json, answers: Answers) -> None:
    """Raise ConfigError for a lookup that only came about by filling in; one that the user gave as an answer is his."""
    for text in lookups(made):
        if not preset.note.code and text not in answers.values():
            raise ConfigError(f"it would look up {text[:60]!r}, which neither you nor its manifest says openly")


def _one(raw: Json, name: str) -> list[Any]:
    providers = raw.get("Providers") or raw.get("providers") or []
    found = [item for item in providers if isinstance(item, dict) and item.get("name") == name]
    if not found:
        raise ConfigError(f"it uses a provider {name!r} that your configuration doesn't have; `ccr setup` adds one")
    return found
