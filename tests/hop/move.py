"""What the models say in a session: the same script for every provider, which each puts in its own form."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MCP = "mcp__a_server_with_quite_a_long_name__a_tool_whose_name_is_longer_than_other_providers_take"
SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def _tool(name: str, properties: Json, **more: Any) -> Json:
    required = list(properties)[:1]
    schema = {"$schema": SCHEMA, "type": "object", "properties": properties, "required": required, **more}
    return {"name": name, "description": f"The tool {name}.", "input_schema": {**schema, "additionalProperties": False}}


TOOLS: tuple[Json, ...] = (
    _tool("Read", {"file_path": {"type": "string"}, "offset": {"type": ["integer", "null"], "exclusiveMinimum": 0}}),
    _tool("Bash", {"command": {"type": "string"}, "timeout": {"type": "number", "maximum": 600000, "default": 1}}),
    _tool(f"{MCP}_1", {"-A": {"type": "number"}, "url": {"type": "string", "format": "uri"}}),
    _tool(f"{MCP}_2", {"filter": {"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]}}),
    {"name": "Screenshot", "description": "Take a picture.", "input_schema": {"type": "object", "properties": {}}},
    _tool(
        "TodoWrite",
        {
            "todos": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"content": {"type": "string", "minLength": 1}, "status": {"$ref": "#/$defs/status"}},
                    "propertyNames": {"pattern": "^[a-z]+$"},
                },
            }
        },
        **{"$defs": {"status": {"type": "string", "enum": ["pending", "done"]}}},
    ),
)
"""What the client offers: schemas with keywords that some providers refuse, and two long names that begin alike."""

ARGUMENTS: tuple[Json, ...] = (
    {"file_path": "/srv/ü \u2028.txt", "offset": 3},
    {"command": 'printf "%s\\n" "a"', "timeout": 10},
    {"-A": 1.5, "url": "https://example.org/?a=1&b=2"},
    {"filter": ["x", "y"]},
    {},
    {"todos": [{"content": "first", "status": "done"}, {"content": "second", "status": "pending"}]},
)


@dataclass(frozen=True)
class Move:
    """One reply: a thought, a text, and calls of the tools on offer by their number. Empty parts are not said."""

    number: int
    thought: str = ""
    text: str = ""
    tools: tuple[int, ...] = ()

    @property
    def calls(self) -> list[tuple[int, Json]]:
        """The number of the tool and the arguments of each call."""
        return [(tool, ARGUMENTS[tool]) for tool in self.tools]


_PATTERN: tuple[tuple[bool, bool, tuple[int, ...]], ...] = (
    (True, False, (0,)),
    (True, True, (1, 2)),
    (False, False, (3,)),
    (True, False, (4,)),
    (True, True, ()),
    (True, False, (5, 0, 2)),
    (False, True, (1,)),
    (True, True, (3, 4)),
    (True, False, (2, 3)),
    (False, True, ()),
    (True, False, (0, 0)),
)
"""Whether the model thinks, whether it speaks, and which tools it calls. Its length has no factor in common with the
number of providers, so that each of them comes to each of the moves."""


def moves(count: int) -> list[Move]:
    """Return the moves of a session of so many requests."""
    found = []
    for number in range(count):
        thinks, speaks, tools = _PATTERN[number % len(_PATTERN)]
        thought = f"Thought {number}: 1 < 2 & «ü».\n\nSo?" if thinks else ""
        found.append(Move(number, thought, f"Text {number}.\n" if speaks else "", tools))
    return found


def pieces(text: str, count: int = 3) -> list[str]:
    """Cut a text into so many pieces, which may be empty."""
    size = -(-len(text) // count)
    return [text[place * size : (place + 1) * size] for place in range(count)]


def opaque(*parts: object) -> str:
    """Return something that looks encrypted and tells its parts apart."""
    return base64.b64encode("|".join(map(str, parts)).encode() * 3).decode()


def wire_tools(names: Sequence[str], move: Move) -> list[tuple[str, Json]]:
    """Return the calls of a move in the names under which the tools were offered."""
    return [(names[tool], arguments) for tool, arguments in move.calls]
