"""Gemini's rules: https://ai.google.dev/api/generate-content and https://ai.google.dev/gemini-api/docs/thought-signatures."""

from typing import Any

from tests.hop.mock import Json, Refusal, demand, distinct, legal, only, sse
from tests.hop.move import Move, opaque, pieces, wire_tools

FIELDS = "contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent"
PARTS = "text thought thoughtSignature inlineData fileData functionCall functionResponse"
CONFIG = (
    "temperature topP topK maxOutputTokens stopSequences thinkingConfig responseMimeType responseSchema candidateCount"
)
SCHEMA = (
    "type format title description nullable enum maxItems minItems properties required minProperties maxProperties "
    "minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum"
)
TYPES = {"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"}
SKIPS = ("skip_thought_signature_validator", "context_engineering_is_the_way_to_go")


class Gemini:
    """Version 3 refuses calls without a signature; before it, signatures may come back, and calls have no ids."""

    host = "generativelanguage.googleapis.com"

    def __init__(self, *, signs: bool) -> None:
        self.signs = signs
        self.model = "gemini-3-pro-preview" if signs else "gemini-2.5-flash"
        self._owners: dict[str, str] = {}

    def entry(self) -> Json:
        return {"api_base_url": f"http://{self.host}/v1beta/models/", "models": [self.model], "api_key": "AIza"}

    def check(self, path: str, headers: dict[str, str], body: Json) -> None:
        demand(path == f"/v1beta/models/{self.model}:streamGenerateContent?alt=sse", "Not found", 404)
        demand(headers.get("x-goog-api-key") == "AIza" and "authorization" not in headers, "API key not valid")
        only(body, FIELDS, "body")
        self._check_config(only(body.get("generationConfig", {}), CONFIG, "generationConfig"))
        for tool in body.get("tools", []):
            declarations = only(tool, "functionDeclarations", "tools")["functionDeclarations"]
            for declaration in declarations:
                only(declaration, "name description parameters", "functionDeclarations")
                legal(declaration["name"], r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}", "functionDeclarations.name")
                _check_schema(declaration.get("parameters", {"type": "OBJECT"}), declaration["name"])
            distinct((d["name"] for d in declarations), "Duplicate function declaration found")
        for part in only(body.get("systemInstruction", {"parts": []}), "parts role", "systemInstruction")["parts"]:
            demand(only(part, "text", "systemInstruction")["text"], "systemInstruction: empty text")
        self._check_contents(body["contents"])

    def say(self, move: Move, body: Json) -> bytes:
        config = body.get("generationConfig", {}).get("thinkingConfig", {})
        chunks: list[list[Json]] = []
        if move.thought and config.get("includeThoughts"):
            chunks += [[{"text": piece, "thought": True}] for piece in pieces(move.thought) if piece]
        chunks += [[{"text": piece}] for piece in pieces(move.text) if piece]
        declared = [d for tool in body.get("tools", []) for d in tool["functionDeclarations"]]
        calls = []
        for place, (name, arguments) in enumerate(wire_tools([d["name"] for d in declared], move)):
            identity = {"id": f"fc{move.number:02}{place}"} if self.signs else {}
            call: Json = {"functionCall": {**identity, "name": name, "args": arguments}}
            if not place and (self.signs or move.thought):
                call["thoughtSignature"] = self._sign(identity.get("id", name), move)
            calls.append(call)
        chunks += [calls] if move.number % 2 else [[call] for call in calls]
        if not calls:
            # A signature that belongs to the text comes alone at the end.
            chunks.append([{"text": "", "thoughtSignature": self._sign("", move)}])
        found = [{"candidates": [{"content": {"role": "model", "parts": parts}, "index": 0}]} for parts in chunks]
        found[-1]["candidates"][0]["finishReason"] = "STOP"  # type: ignore[assignment]
        usage = {"promptTokenCount": 100, "candidatesTokenCount": 20, "thoughtsTokenCount": 5, "totalTokenCount": 125}
        rest = {"usageMetadata": usage, "modelVersion": self.model, "responseId": f"resp{move.number}"}
        return sse({**chunk, **rest} for chunk in found)

    def _sign(self, owner: str, move: Move) -> str:
        """A signature belongs to a call, by its id or else by its name, or to a text."""
        signature = opaque("gemini", self.model, move.number)
        self._owners[signature] = owner
        return signature

    def _check_config(self, config: Json) -> None:
        thinking = only(
            config.get("thinkingConfig", {}), "thinkingLevel thinkingBudget includeThoughts", "thinkingConfig"
        )
        demand(config.get("maxOutputTokens", 1) <= 65536, "maxOutputTokens: must be at most 65536")
        demand(len(config.get("stopSequences", [])) <= 5, "stopSequences: at most 5")
        if self.signs:
            demand("thinkingBudget" not in thinking, "thinkingBudget is not supported by this model")
            demand(thinking.get("thinkingLevel", "low") in ("low", "high"), "thinkingLevel is not supported")
        else:
            demand("thinkingLevel" not in thinking, "thinking_level is not supported by this model")
            demand(-1 <= thinking.get("thinkingBudget", 0) <= 24576, "thinkingBudget is out of range")

    def _check_contents(self, contents: list[Json]) -> None:
        demand(contents, "contents is not specified")
        waiting: list[Json] = []
        for number, content in enumerate(contents):
            where = f"contents[{number}]"
            only(content, "role parts", where)
            demand(content["role"] == ("model" if number % 2 else "user"), f"{where}: roles must alternate")
            demand(content["parts"], f"{where}.parts must not be empty")
            for part in content["parts"]:
                self._check_part(only(part, PARTS, where), content["role"], where)
            answers = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
            told, wanted = ([(a.get("id"), a["name"]) for a in found] for found in (answers, waiting))
            demand(told == wanted, f"{where}: function responses {told} for function calls {wanted}")
            waiting = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
            if content["role"] == "model":
                self._check_signatures(content["parts"], where)
        demand(not waiting, "function call without function response")

    def _check_part(self, part: Json, role: str, where: str) -> None:
        data = set(part) & {"text", "inlineData", "fileData", "functionCall", "functionResponse"}
        demand(len(data) == 1, f"{where}: a part must have exactly one of its data fields: {set(part)}")
        if "text" in part:
            demand(part["text"] or part.get("thoughtSignature"), f"{where}: must have a text parameter")
        if "functionCall" in part:
            call = only(part["functionCall"], "id name args", where)
            demand(role == "model", f"{where}: function call in a user turn")
            legal(call["name"], r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}", f"{where}.name")
            demand(isinstance(call.get("args"), dict), f"{where}: args must be an object")
        if "functionResponse" in part:
            answer = only(part["functionResponse"], "id name response parts", where)
            demand(isinstance(answer["response"], dict), f"{where}: response must be an object")
            demand(role == "user", f"{where}: function response in a model turn")
            demand(self.signs or "parts" not in answer, f"{where}: Unknown name 'parts'")
            for inner in answer.get("parts", []):
                only(only(inner, "inlineData", where)["inlineData"], "mimeType data displayName", where)

    def _check_signatures(self, parts: list[Json], where: str) -> None:
        """A signature stands on the very call that it was given for; the first call of each turn must have one."""
        by = "id" if self.signs else "name"
        for part in parts:
            signature = part.get("thoughtSignature", SKIPS[0])
            demand(signature in (*self._owners, *SKIPS), f"{where}: Corrupted thought signature.")
            owner = part.get("functionCall", {}).get(by, "")
            demand(signature in SKIPS or self._owners[signature] == owner, f"{where}: Thought signature is not valid.")
        calls = [part for part in parts if "functionCall" in part]
        for call in calls if self.signs else []:
            call_id = call["functionCall"].get("id")
            given = next((s for s, owner in self._owners.items() if owner == call_id), None)
            demand(given in (None, call.get("thoughtSignature")), f"{where}: the signature of {call_id} was lost")
        if self.signs and calls:
            demand(calls[0].get("thoughtSignature"), f"{where}: Function call is missing a thought_signature")


def _check_schema(schema: Any, where: str) -> None:
    only(schema, SCHEMA, f"{where}.parameters")
    demand(schema.get("type", "").upper() in TYPES or "anyOf" in schema, f"{where}: type must be specified: {schema}")
    if schema.get("type", "").upper() == "ARRAY":
        demand("items" in schema, f"{where}: items: missing field")
    demand(all(isinstance(value, str) and value for value in schema.get("enum", [])), f"{where}: enum must be texts")
    properties = schema.get("properties", {})
    demand(not set(schema.get("required", [])) - set(properties), f"{where}: required: property is not defined")
    for inner in [*properties.values(), *schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        _check_schema(inner, where)


__all__ = ["Gemini", "Refusal"]
