"""`generationConfig`: limits, sampling, thinking and the form of the answer.

https://ai.google.dev/api/generate-content#generationconfig
"""

from typing import Any

from ccr.core.unified import Json
from ccr.dialect.gemini.model import Level, Model, Recipient
from ccr.dialect.gemini.schema import clean, to_json_schema

STOP_LIMIT = 5
"""Stop sequences."""

ROOM = 1024
"""Output tokens below which thinking, which counts as output and happens unasked, would leave none for the answer."""

BUDGETS = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
"""What an effort is worth in tokens, by Google's own table: https://ai.google.dev/gemini-api/docs/openai#thinking"""

_LEVELS: tuple[Level, ...] = ("minimal", "low", "medium", "high")


def generation_config(request: Json, to: Recipient, *, has_tools: bool) -> Json:
    """Return the configuration for a unified request."""
    found: Json = {}
    limit = request.get("max_tokens")
    if _is_count(limit):
        found["maxOutputTokens"] = min(x for x in (limit, to.target.vendor.max_output, to.model.max_output) if x)
    if to.model.samples:
        for field, name in (("temperature", "temperature"), ("top_p", "topP"), ("top_k", "topK")):
            if isinstance(request.get(field), int | float) and not isinstance(request[field], bool):
                found[name] = request[field]
    stops = [s for s in request.get("stop") or () if isinstance(s, str) and s][:STOP_LIMIT]
    if stops:
        found["stopSequences"] = stops
    thinking = thinking_config(request.get("reasoning"), found.get("maxOutputTokens"), to)
    if thinking:
        found["thinkingConfig"] = thinking
    if to.model.mixes or not has_tools:
        found.update(_answer_form(request.get("response_format"), to.model))
    return found


def wanted_schema(response_format: Any) -> Any:
    """Return the JSON Schema that the answer is to match, None if the client asks for none."""
    inner = response_format.get("json_schema") if isinstance(response_format, dict) else None
    return inner.get("schema") if isinstance(inner, dict) else None


def thinking_config(reasoning: Any, limit: int | None, to: Recipient) -> Json:
    """Return `thinkingConfig`; empty where the client leaves it to the model, or the model doesn't think.

    A level and a budget in one request are an error, and so is either for a model that has none.
    https://ai.google.dev/gemini-api/docs/thinking
    """
    model = to.model
    if model.thinking == "none":
        return {}
    if not isinstance(reasoning, dict):
        return _least(to) if limit is not None and limit < ROOM else {}
    if not reasoning.get("enabled"):
        return _least(to)
    found = _budget(reasoning, model) if model.thinking == "budget" else _level(reasoning, to)
    return {**found, "includeThoughts": True}


def _least(to: Recipient) -> Json:
    """As little thinking as the model allows: some can't stop."""
    model = to.model
    if model.thinking == "budget":
        return {"thinkingBudget": 0 if model.stoppable else model.budget[0]}
    return {"thinkingLevel": _spelt(model.levels[0], to)}


def _budget(reasoning: Json, model: Model) -> Json:
    least, most = model.budget
    effort, tokens = reasoning.get("effort"), reasoning.get("max_tokens")
    if not _is_count(tokens):
        tokens = BUDGETS.get(str(effort), most) if effort else None
    if tokens is None or (reasoning.get("adaptive") and effort in (None, "high")):
        return {"thinkingBudget": -1}
    return {"thinkingBudget": min(max(tokens, least), most)}


def _level(reasoning: Json, to: Recipient) -> Json:
    effort: Any = reasoning.get("effort")
    tokens: Any = reasoning.get("max_tokens")
    if not effort and _is_count(tokens):
        effort = next((name for name in ("low", "medium") if tokens <= BUDGETS[name]), "high")
    if not effort:
        return {}
    wanted = _LEVELS.index(effort) if effort in _LEVELS else len(_LEVELS)
    level = next((one for one in to.model.levels if _LEVELS.index(one) >= wanted), to.model.levels[-1])
    return {"thinkingLevel": _spelt(level, to)}


def _spelt(level: Level, to: Recipient) -> str:
    """Each platform documents its own spelling."""
    return level.upper() if to.vertex else level


def _answer_form(response_format: Any, model: Model) -> Json:
    kind = response_format.get("type") if isinstance(response_format, dict) else None
    if kind not in ("json_object", "json_schema"):
        return {}
    found: Json = {"responseMimeType": "application/json"}
    schema = wanted_schema(response_format)
    if isinstance(schema, dict):
        cleaned = clean(schema)
        found |= {"responseJsonSchema": to_json_schema(cleaned)} if model.json_schema else {"responseSchema": cleaned}
    return found


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
