"""Any JSON Schema to the part of OpenAPI that Gemini takes in `parameters`. Total and idempotent.

What is left: type, description, nullable, enum, format, properties, required, items, anyOf, minimum, maximum. Other
constraints become words in the description, where the model still reads them. Google rejects the whole request for
one keyword or combination too many, so what is sent stays well inside the rules:
https://ai.google.dev/api/caching#Schema and the 400 answers quoted below.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from ccr.core.unified import Json
from ccr.dialect.gemini.keyword import (
    is_null,
    listed,
    merged,
    notes_on,
    outline,
    range_of,
    text_of,
    types_of,
    unique,
    values_of,
    variants_of,
    without,
)

DEPTH = 5
"""Objects and arrays inside each other that are spelt out; deeper ones are free-form.

"A FunctionDeclaration in the request exceeds the maximum allowed nesting depth": the limit is not documented; five
levels pass, six were rejected (https://github.com/Portkey-AI/gateway/pull/1616).
"""

NODES = 3000
"""Schemas that one cleaning may visit: references that multiply end in free-form objects instead of gigabytes."""

HOPS = 24
"""`$ref`, `allOf` and `anyOf` steps that may follow each other without a property or an item between them."""

BRANCHES = 12
"""Alternatives that are kept of one `anyOf`."""

_FORMATS = {"string": ("enum", "date-time"), "number": ("float", "double"), "integer": ("int32", "int64")}
"""Any other: "only 'enum' and 'date-time' are supported for STRING type"."""


def parameters(schema: Any) -> Json | None:
    """Return the schema of a function's parameters, None for a function that has none.

    An object without properties has to be left out: "properties: should be non-empty for OBJECT type".
    """
    found = clean(schema)
    if "anyOf" in found:
        found = _fold({"type": "object"}, found["anyOf"])
    return found if found.get("type") == "object" and found.get("properties") else None


def clean(schema: Any) -> Json:
    """Return the schema in Gemini's form, whatever `schema` is. It is not changed."""
    return _Cleaner(schema).clean(schema, 0, 0, frozenset())


def to_json_schema(schema: Json) -> Json:
    """Return a cleaned schema as JSON Schema, for `responseJsonSchema`: it says null where OpenAPI says nullable."""
    found = {k: v for k, v in schema.items() if k != "nullable"}
    if isinstance(found.get("properties"), dict):
        found["properties"] = {k: to_json_schema(v) for k, v in found["properties"].items()}
    if isinstance(found.get("items"), dict):
        found["items"] = to_json_schema(found["items"])
    if isinstance(found.get("anyOf"), list):
        found["anyOf"] = [to_json_schema(branch) for branch in found["anyOf"]]
    if not schema.get("nullable"):
        return found
    if "enum" in found:
        return {"anyOf": [found, {"type": "null"}]}
    return {**found, "type": [found["type"], "null"]}


class _Cleaner:
    """Cleans one schema; `root` is where its references point into.

    Whatever is put out is paid for, so that cleaning the result again never runs out of `NODES` earlier.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._left = NODES

    def clean(self, schema: Any, depth: int, hops: int, refs: frozenset[str]) -> Json:
        """Clean one node. `depth` counts objects and arrays around it, `refs` are the references it came through."""
        if not isinstance(schema, dict) or hops > HOPS:
            return self._anything(depth)
        node, refs = self._resolve(schema, refs, hops)
        types, nullable = types_of(node)
        variants = variants_of(node)
        if variants and not types:
            nullable = nullable or any(map(is_null, variants))
            found = _union(self._branches(variants, depth, hops, refs))
        elif types:
            found = _union([self._typed(node, kind, depth, refs) for kind in types])
            if variants and found.get("type") == "object":
                found = _fold(found, self._branches(variants, depth, hops, refs))
        else:
            found = {"type": "string"} if is_null(node) else self._anything(depth)
        return _annotated(found, node, nullable)

    def _branches(self, variants: list[Json], depth: int, hops: int, refs: frozenset[str]) -> list[Json]:
        kept = [v for v in variants if not is_null(v)][:BRANCHES]
        return [self.clean(branch, depth, hops + 1, refs) for branch in kept if self._left > 0]

    def _typed(self, node: Json, kind: str, depth: int, refs: frozenset[str]) -> Json:
        found: Json = {"type": kind}
        if kind == "object":
            found.update(self._properties(node, depth, refs))
        elif kind == "array":
            found["items"] = self._items(node, depth, refs)
        elif kind == "string" and (strings := unique(v for v in values_of(node) or () if isinstance(v, str) and v)):
            # "enum: only allowed for STRING type", "enum[0]: cannot be empty"
            found["enum"] = strings
        elif kind in ("number", "integer"):
            found.update(range_of(node, kind))
        form = node.get("format")
        if form in _FORMATS.get(kind, ()) and (form != "enum" or "enum" in found):
            found["format"] = form
        return found

    def _properties(self, node: Json, depth: int, refs: frozenset[str]) -> Json:
        given = node.get("properties")
        if not isinstance(given, dict) or depth >= DEPTH:
            return {}
        properties: Json = {}
        for name, value in given.items():
            if isinstance(name, str) and name and self._left > 0:
                properties[name] = self.clean(value, depth + 1, 0, refs)
        # "required[0]: property is not defined"
        required = unique(n for n in listed(node.get("required")) if isinstance(n, str) and n in properties)
        found: Json = {"properties": properties} if properties else {}
        return {**found, "required": required} if required else found

    def _items(self, node: Json, depth: int, refs: frozenset[str]) -> Json:
        """`items` is a must: "items: missing field"."""
        entries = [v for k in ("prefixItems", "items") for v in listed(node.get(k)) if isinstance(v, dict)]
        if depth >= DEPTH:
            kinds = types_of(entries[0])[0] if entries else []
            return {"type": kinds[0] if len(kinds) == 1 and kinds != ["array"] else "string"}
        if not entries:
            self._left -= 1
        return _union([self.clean(entry, depth + 1, 0, refs) for entry in entries[:BRANCHES] if self._left > 0])

    def _anything(self, depth: int) -> Json:
        """Any JSON value. Every node needs a type: Gemini 3 rejects TYPE_UNSPECIFIED."""
        kinds: list[Json] = [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]
        if depth < DEPTH:
            kinds += [{"type": "object"}, {"type": "array", "items": {"type": "string"}}]
        self._left -= len(kinds) + 2
        return {"anyOf": kinds}

    def _resolve(self, node: Json, refs: frozenset[str], hops: int) -> tuple[Json, frozenset[str]]:
        """Return the node with its own `$ref` and `allOf` worked in, and the references passed on the way."""
        self._left -= 1
        for _ in range(HOPS):
            if isinstance(node.get("$ref"), str):
                ref = node["$ref"]
                target = self._lookup(ref)
                # A schema that contains itself is cut where it does; what is inside stays open.
                node = merged(without(node, "$ref"), outline(target) if ref in refs else target)
                refs |= {ref}
            elif isinstance(node.get("allOf"), list):
                rest = without(node, "allOf")
                for branch in node["allOf"] if hops < HOPS else ():
                    if isinstance(branch, dict) and self._left > 0:
                        rest = merged(rest, self._resolve(branch, refs, hops + 1)[0])
                node = rest
            else:
                break
        return node, refs

    def _lookup(self, ref: str) -> Json:
        """Return what a reference into this schema points at (RFC 6901, or an anchor), {} if it leads nowhere."""
        place, pointer, path = unquote(ref).partition("/")
        if place != "#":
            return self._anchored(place[1:]) if place.startswith("#") and not pointer else {}
        found: Any = self._root
        for step in path.split("/") if pointer else ():
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and step.isdecimal() and len(step) < 5 and int(step) < len(found):
                found = found[int(step)]
            else:
                return {}
        return found if isinstance(found, dict) else {}

    def _anchored(self, name: str) -> Json:
        groups = [self._root.get(key) for key in ("$defs", "definitions")] if isinstance(self._root, dict) else []
        named = (d for group in groups if isinstance(group, dict) for d in group.values() if isinstance(d, dict))
        return next((d for d in named if d.get("$anchor") == name), {})


def _union(branches: Iterable[Json]) -> Json:
    """Return one schema for alternatives that are clean already: flat, without doubles."""
    flat: list[Json] = []
    for branch in branches:
        flat.extend(b for b in branch.get("anyOf", [branch]) if b not in flat)
    flat = _joined_enums(flat)
    if not flat:
        return {"type": "string"}
    # "When using any_of, it must be the only field set."
    return flat[0] if len(flat) == 1 else {"anyOf": flat[:BRANCHES]}


def _joined_enums(branches: list[Json]) -> list[Json]:
    """Alternatives that are all plain strings become one enumeration, their descriptions words."""
    if len(branches) < 2 or not all(b.get("type") == "string" and "enum" in b for b in branches):
        return branches
    described = (f"{', '.join(b['enum'])}: {b['description']}" for b in branches if b.get("description"))
    found: Json = {"type": "string", "enum": unique(v for b in branches for v in b["enum"])}
    if any(b.get("nullable") for b in branches):
        found["nullable"] = True
    return [_described(found, "\n".join(described))]


def _fold(base: Json, branches: Iterable[Json]) -> Json:
    """Return an object with the properties of all its alternatives; those that only some have are optional."""
    properties: Json = dict(base.get("properties") or {})
    for branch in branches:
        for name, value in (branch.get("properties") or {}).items():
            properties.setdefault(name, value)
    return {**base, "properties": properties} if properties else base


def _annotated(found: Json, node: Json, nullable: bool) -> Json:
    found = _described(
        found, "\n".join(filter(None, (text_of(node.get("description")), " ".join(notes_on(found, node)))))
    )
    if not nullable:
        return found
    if "anyOf" in found:
        first, *others = found["anyOf"]
        return _union([{**first, "nullable": True}, *others])
    return {**found, "nullable": True}


def _described(found: Json, text: str) -> Json:
    """Put a description before the schema's own; alternatives carry it on the first of them."""
    if not text:
        return found
    if "anyOf" in found:
        first, *others = found["anyOf"]
        return _union([_described(first, text), *others])
    own = found.get("description")
    return {**found, "description": f"{text} {own}" if own else text}
