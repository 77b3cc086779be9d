"""Normalises a provider's `transformer` object into the chains of the provider and of its models.

    {"use": ["deepseek", ["maxtoken", {"max_tokens": 8192}]], "deepseek-chat": {"use": ["tooluse"]}}

An entry is `"name"`, `["name", {options}]`, `{"name": ..., "options": {...}}` or `{"path": ..., "options": {...}}`.
Whether a name exists is not decided here.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from ccr.config.problem import Report, member
from ccr.config.schema import Chains, Entry, Json

_FORMS = 'write "name", ["name", {options}] or {"name": ..., "options": {...}}'


def chains(raw: Any, *, models: Collection[str], path: str, report: Report) -> Chains:
    """Return the chains that `raw` asks for. A plain list or a single name is taken as its `use`."""
    if raw is None:
        return Chains()
    if isinstance(raw, list | str):
        return Chains(provider=_use(raw, {}, path=path, report=report))
    if not isinstance(raw, dict):
        report.add(path, "must be an object with a list in `use`", hint="it is ignored")
        return Chains()
    by_model = {}
    for name, value in raw.items():
        if name != "use" and isinstance(value, list | dict):
            chain = _of_model(name, value, known=name in models, path=member(path, name), report=report)
            if chain is not None:
                by_model[name] = chain
    return Chains(provider=_of_object(raw, path=path, report=report), models=by_model)


def _of_model(
    name: str, value: Json | list[Any], *, known: bool, path: str, report: Report
) -> tuple[Entry, ...] | None:
    if isinstance(value, dict) and "use" in value:
        return _of_object(value, path=path, report=report)
    if isinstance(value, list) and known:
        return _use(value, {}, path=path, report=report)
    report.add(path, "lacks `use`, the list of transformers for the model of that name", hint="it is ignored")
    return None


def _of_object(raw: Json, *, path: str, report: Report) -> tuple[Entry, ...]:
    """Read `use`; scalars beside it are the options of those entries that have none of their own."""
    defaults = {key: value for key, value in raw.items() if key != "use" and not isinstance(value, list | dict)}
    return _use(raw.get("use", []), defaults, path=member(path, "use"), report=report)


def _use(raw: Any, defaults: Mapping[str, Any], *, path: str, report: Report) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for index, item in enumerate(raw if isinstance(raw, list) else [raw]):
        where = f"{path}[{index}]"
        if isinstance(item, dict) and not {"name", "path"} & item.keys() and entries:
            # `["maxtoken", {...}]` where `[["maxtoken", {...}]]` was meant.
            report.add(where, f"is taken as the options of {entries[-1].name!r}", hint=_FORMS)
            entries[-1] = replace(entries[-1], options=item)
            continue
        entry = _read(item, defaults)
        if entry is not None:
            entries.append(entry)
        elif item is not None:
            report.add(where, "is not a transformer, it is left out", hint=_FORMS)
    return tuple(entries)


def _read(item: Any, defaults: Mapping[str, Any]) -> Entry | None:
    match item:
        case str(name) | [str(name)] | [str(name), None]:
            return _entry(name, None, defaults)
        case [str(name), dict(options)]:
            return _entry(name, options, defaults)
        case {"path": str(path)}:
            return _entry(item.get("name") or _stem(path), item.get("options"), defaults, path=path.strip())
        case {"name": str(name)}:
            return _entry(name, item.get("options"), defaults)
    return None


def _entry(name: Any, options: Any, defaults: Mapping[str, Any], *, path: str | None = None) -> Entry | None:
    if not isinstance(name, str) or not name.strip() or not isinstance(options, dict | None):
        return None
    return Entry(name.strip(), options or dict(defaults), path)


def _stem(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
