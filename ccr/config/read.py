"""Reads a JSON object into one of the typed values field by field, so that one mistake doesn't hide the next.

Takes what users' files really hold: numbers and booleans as text, one value where a list belongs, other
capitals, older names of a key, stray blanks, null and "" for "not set".
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from ccr.config.problem import Report, member, nearest, suggest
from ccr.config.schema import Key, PluginSpec

T = TypeVar("T", bound=msgspec.Struct)

ALIASES: Mapping[str, tuple[str, ...]] = {
    # The order in which the original looks for the proxy.
    "PROXY_URL": ("HTTPS_PROXY", "https_proxy", "httpsProxy", "PROXY_URL"),
    "usePlugins": ("usePlugins", "usePlugin"),
    "api_base_url": ("api_base_url", "apiBaseUrl", "base_url", "baseUrl", "url", "host"),
    "api_key": ("api_key", "apiKey", "key"),
    # Both spellings fill one field; whoever wants to tell them apart picks "api_key" first.
    "api_keys": ("api_keys", "apiKeys", "keys", "api_key", "apiKey", "key"),
    "key": ("key", "api_key", "apiKey"),
    "maxFailures": ("maxFailures", "max_failures"),
    "cooldownTime": ("cooldownTime", "cooldown_time", "cooldown_ms"),
    "longContext": ("longContext", "long_context"),
    "longContextThreshold": ("longContextThreshold", "long_context_threshold"),
    "webSearch": ("webSearch", "web_search"),
    "thinkWhen": ("thinkWhen", "think_when"),
}
"""Spellings of a key, the one that wins first. Capitals don't matter, beyond that an exact match goes first."""

SHORTHANDS: Mapping[type[msgspec.Struct], str] = {Key: "key", PluginSpec: "path"}
"""Objects that may be written as a text alone, and the key that the text then stands for."""

NOTHING: Any = object()
"""What `convert` returns for a value that it reported as unusable."""

_WORDS = {
    " | null`": "`",
    "`str | object`": "text or an object",
    "`object | str`": "text or an object",
    "`int`": "a whole number",
    "`float`": "a number",
    "`str`": "text",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "an object",
    "`null`": "nothing",
    "Invalid enum value": "there is no",
}


def pick(raw: Mapping[str, Any], key: str) -> tuple[str, Any]:
    """Return the spelling of `key` that `raw` uses and its value; (key, None) if it is not set.

    Null and "" count as not set.
    """
    spellings = ALIASES.get(key, (key,))
    for spelling in spellings:
        if _is_set(raw.get(spelling)):
            return spelling, raw[spelling]
    folded = {spelling.lower() for spelling in spellings}
    for spelling, value in raw.items():
        if spelling.lower() in folded and _is_set(value):
            return spelling, value
    return key, None


def read(
    kind: type[T],
    raw: Mapping[str, Any],
    *,
    path: str,
    report: Report,
    given: Mapping[str, Any] | None = None,
    vital: Collection[str] = (),
) -> T | None:
    """Return a `kind` with the fields of `raw`, or None if a required one is missing or wrong.

    A wrong field is reported and gets its default; that is fatal if its key is in `vital`. `given` holds values, by
    attribute, that the caller has read already. Unknown keys are kept in the attribute `extra`; a kind without one
    has them reported.
    """
    values = dict(given or {})
    for info in _fields(kind):
        if info.name in values or info.name == "extra":
            continue
        key, value = pick(raw, info.encode_name)
        where = member(path, key)
        if _is_set(value):
            found = convert(value, info.type, path=where, report=report, fatal=info.encode_name in vital)
            if found is not NOTHING:
                values[info.name] = found
        elif info.required:
            report.add(where, "is missing")
    extra = unknown(kind, raw)
    if _is_open(kind):
        values.setdefault("extra", extra)
    else:
        report_unknown(kind, extra, path=path, report=report)
    if any(info.required and info.name not in values for info in _fields(kind)):
        return None
    return kind(**values)


def unknown(kind: type[msgspec.Struct], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of `raw` that no field of `kind` takes."""
    known = {spelling.lower() for name in _names(kind) for spelling in ALIASES.get(name, (name,))}
    return {key: value for key, value in raw.items() if key.lower() not in known}


def report_unknown(
    kind: type[msgspec.Struct], keys: Iterable[str], *, path: str, report: Report, unlikely: Collection[str] = ()
) -> None:
    """Mention keys that mean nothing here: a slip of the pen, or meant for another program.

    `unlikely` are known keys that none of them can have been meant to be.
    """
    for key in keys:
        near = nearest(key, (name for name in _names(kind) if name not in unlikely))
        report.add(member(path, key), "is not a known key", hint=f"did you mean {near!r}?" if near else "it is ignored")


def convert(value: Any, kind: Any, *, path: str, report: Report, fatal: bool = False) -> Any:
    """Return `value` as a `kind` (any type that a field has), or NOTHING after reporting why it can't be one.

    Wrong members of a list or an object are reported and left out.
    """
    plain = _plain(kind)
    if get_origin(plain) is tuple:
        return _list(value, get_args(plain)[0], path=path, report=report)
    try:
        if get_origin(plain) is Mapping and isinstance(value, dict):
            return _object(value, get_args(plain)[1], path=path, report=report)
        if _is_struct(plain):
            return _struct(value, plain, path=path, report=report)
        return msgspec.convert(_loosen(value, plain), kind, strict=False)
    except msgspec.ValidationError as error:
        hint = _choices(value, plain) or ("" if fatal else "it is ignored")
        report.add(path, _explain(error), hint=hint, fatal=fatal)
        return NOTHING


def _list(value: Any, kind: Any, *, path: str, report: Report) -> tuple[Any, ...]:
    """Read a list member by member; a lone value is a list of one."""
    items = value if isinstance(value, list) else [value]
    found = (
        convert(item, kind, path=f"{path}[{index}]", report=report) for index, item in enumerate(items) if _is_set(item)
    )
    return tuple(item for item in found if item is not NOTHING)


def _object(value: Mapping[str, Any], kind: Any, *, path: str, report: Report) -> dict[str, Any]:
    if kind is Any:
        return dict(value)
    found = {
        key: convert(item, kind, path=member(path, key), report=report) for key, item in value.items() if _is_set(item)
    }
    return {key: item for key, item in found.items() if item is not NOTHING}


def _struct(value: Any, kind: type[msgspec.Struct], *, path: str, report: Report) -> Any:
    if isinstance(value, str) and kind in SHORTHANDS:
        value = {SHORTHANDS[kind]: value}
    # Lets msgspec word the complaint about anything but an object.
    raw = msgspec.convert(value, dict[str, Any])
    found = read(kind, raw, path=path, report=report)
    return NOTHING if found is None else found


def _loosen(value: Any, kind: Any) -> Any:
    """Return `value` with the liberties taken out that a scalar may have."""
    if isinstance(value, str):
        value = value.strip()
        if get_origin(kind) is Literal:
            value = value.lower().replace("-", "_")
            return "warn" if value == "warning" else value
    elif kind is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _explain(error: msgspec.ValidationError) -> str:
    text = str(error).partition(" - at `$")[0]
    for name, words in _WORDS.items():
        text = text.replace(name, words)
    return text[:1].lower() + text[1:]


def _choices(value: Any, kind: Any) -> str:
    return suggest(str(value), get_args(kind)) if get_origin(kind) is Literal else ""


def _is_set(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _plain(kind: Any) -> Any:
    """Take off the limits, the description and the `| None` that hide the kind of a value."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _plain(next(option for option in get_args(kind) if option is not type(None)))
    return kind


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(kind)


@cache
def _names(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(info.encode_name for info in _fields(kind) if info.name != "extra")


def _is_open(kind: type[msgspec.Struct]) -> bool:
    return any(info.name == "extra" for info in _fields(kind))
