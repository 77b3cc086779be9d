"""Writes the JSON Schema of `config.json` from the types, for editors that complete and check as one types.

Run it as a module to print the schema that belongs into `ccr/data/config.schema.json`.
"""

from typing import Any

import msgspec

from ccr.config.legacy import KEYS as LEGACY_KEYS
from ccr.config.read import SHORTHANDS
from ccr.config.schema import Config, Entry, Json, Provider

URL = "https://json-schema.org/draft/2020-12/schema"

_OPTIONS = {"type": "object", "description": "Options of the transformer."}
_ENTRY: Json = {
    "description": "A transformer: its name, [name, options], or an object.",
    "anyOf": [
        {"type": "string"},
        {"type": "array", "prefixItems": [{"type": "string"}, _OPTIONS], "minItems": 1, "maxItems": 2},
        {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "path": {"type": "string", "description": "A `.py` or `.js` file of your own."},
                "options": _OPTIONS,
            },
        },
    ],
}
_CHAIN: Json = {
    "type": "object",
    "properties": {"use": {"type": "array", "items": {"$ref": "#/$defs/Entry"}}},
}
_CHAINS: Json = {
    "description": "Transformers: `use` for all models, and for single models an object with their own `use`.",
    **_CHAIN,
    "additionalProperties": {
        "anyOf": [{"$ref": "#/$defs/Chain"}, {"type": ["string", "number", "boolean", "null"]}],
    },
}


def schema() -> Json:
    """Return the JSON Schema of the configuration file.

    Three things are written otherwise in the file than in the types: a provider has `api_key` beside `api_keys`, an
    object with a shorthand may be a text, and the transformers of models stand beside `use`.
    """
    _, components = msgspec.json.schema_components((Config,), ref_template="#/$defs/{name}")
    definitions: dict[str, Json] = {name: _written(value) for name, value in components.items()}
    definitions[Provider.__name__]["properties"] |= {
        "api_key": {"type": "string", "description": "The key, or `$NAME` for an environment variable."},
        "transformer": {"$ref": "#/$defs/Chains"},
    }
    for kind in SHORTHANDS:
        name = kind.__name__
        definitions[name] = {"anyOf": [{"type": "string"}, definitions[name]]}
    definitions |= {Entry.__name__: _ENTRY, "Chain": _CHAIN, "Chains": _CHAINS}
    config = definitions.pop(Config.__name__)
    config["properties"]["$schema"] = {"type": "string", "description": "Where this schema is, for editors."}
    for key in LEGACY_KEYS:
        config["properties"][key] = {"type": "string", "description": "Makes a provider called `default`."}
    return {"$schema": URL, **config, "$defs": dict(sorted(definitions.items()))}


def document() -> bytes:
    """Return the schema as it is shipped."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


def _written(definition: Json) -> Json:
    """Return a definition without what belongs to the types alone, such as `extra`."""
    if "description" in definition:
        # Whether a docstring's indentation is kept depends on the versions of Python and msgspec.
        lines = (line.strip() for line in definition["description"].split("\n"))
        definition = {**definition, "description": "\n".join(lines)}
    properties = {key: _property(value) for key, value in definition["properties"].items() if key.lower() != "extra"}
    return {**definition, "properties": properties}


def _property(value: Any) -> Any:
    """Return a property without null and without the defaults that are empty: both only say that it may be left out."""
    found = {key: item for key, item in value.items() if key not in ("anyOf", "default")}
    if isinstance(value.get("default"), str | int | float):
        found["default"] = value["default"]
    options = [option for option in value.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        return {**found, **options[0]}
    return {**found, "anyOf": options} if options else found


if __name__ == "__main__":
    print(document().decode(), end="")  # noqa: T201
