"""Learns from refusals: which field of a body an upstream does not take, and what to do about it.

Most fields that a vendor refuses are known beforehand and never sent; this is for the rest, so that a vendor's change
costs one repeated request instead of the session.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ccr.core.jsonio import load
from ccr.core.pattern import pattern
from ccr.keys.fix import ANY, ESSENTIAL, MAXIMUM, Fix, apply, maximums
from ccr.keys.picture import refuses_images

MENDABLE = frozenset({400, 413, 422})
"""Statuses with which a body is refused."""

FIXES = 12
"""Fixes that are taken from one refusal at most."""
PROPOSALS = 200
"""Complaints of one refusal that are looked at."""

LEAST_REPLY = 256
"""Tokens of a reply below which shortening it to make room for the prompt is of no use."""
MARGIN = 8
"""Tokens by which vendors' counts of the same prompt may differ between two requests."""

_NAME = r"['\"`]?([A-Za-z_$][\w$.\[\]-]*)['\"`]?"
_MAXIMUM = r"(?:max_(?:completion_|output_|new_)?tokens|maxOutputTokens|maximum tokens|max tokens)"


def _rule(text: str) -> re.Pattern[str]:
    return pattern(text, re.IGNORECASE)


# Each names the field that is refused, and some of them where it stands. The first that finds one decides.
_REFUSED = (
    _rule(r"(?P<path>[\w$.\[\]]+): Extra inputs are not permitted"),  # Anthropic, pydantic
    _rule(r"'type': '(?:extra_forbidden|literal_error|enum)', 'loc': \((?P<path>[^()]+)\)"),  # pydantic, in Python
    _rule(r"Unknown name \"(?P<name>[^\"]+)\"(?: at '(?P<path>[^']+)')?: Cannot find field"),  # Google
    _rule(r"\('(?P<path>[\w.]+)' : property '(?P<name>[\w$]+)' is unsupported"),  # Groq
    _rule(r"property '(?P<path>[\w$.]+)' is unsupported"),  # Groq, Cerebras
    _rule(r"\('(?P<name>[\w$]+)' was unexpected\)(?: - '(?P<path>[\w.]+)')?"),  # OpenAI of old, jsonschema
    _rule(r"(?:unknown|unsupported|unrecognized|unexpected) (?:parameter|param|argument|field|key)s?:? " + _NAME),
    _rule(r"unrecognized request arguments? supplied: " + _NAME),  # OpenAI
    _rule(r"unrecognized key\(s\) in object: " + _NAME),  # zod
    _rule(r"argument not supported on this model: " + _NAME),  # xAI
    _rule(r"unsupported value: " + _NAME + r" does not support"),  # OpenAI
    _rule(r"and [`'\"](?P<name>\w+)[`'\"] cannot both be (?:specified|set|used)"),  # Anthropic
    _rule(r"[`'\"]([\w.]+)[`'\"] (?:may|can) only be set"),  # Anthropic
    _rule(r"[`'\"]([\w.]+)[`'\"] must be one of"),  # Groq
    _rule(
        r"(?:does not|doesn't|not) support (?:the |this )?(?:parameter(?:s|\(s\))?:? )?" + _NAME
    ),  # xAI, DeepSeek, vLLM
    _rule(
        r"[`'\"]([\w.]+)[`'\"] (?:parameter )?(?:is|are) (?:not (?:supported|allowed|permitted|available)|unsupported"
        r"|deprecated|only allowed)"
    ),
)
_RENAMED = _rule(_NAME + r" is not supported with this model\.? Use " + _NAME + r" instead")
_UNSUPPORTED = _rule(
    r"not (?:be )?(?:supported|allowed|permitted|compatible)|unsupported|unrecognized|unknown|unexpected|only allowed|"
    r"immutable|deprecated|incompatible|cannot be (?:used|combined)|may only be"
    r"|only \S+ (?:is|are) (?:allowed|supported|accepted)|不支持"
)

# The highest number of tokens that a reply may have, named by the refusal.
_MOST = (
    _rule(r"range of " + _MAXIMUM + r"\s+(?:is|should be)\s+\[\s*\d+\s*,\s*(?P<most>\d+)\s*\]"),
    _rule(r"at most (?P<most>\d+) (?:completion|output) tokens"),  # OpenAI
    _rule(r"\d+ > (?P<most>\d+), which is the maximum allowed"),  # Anthropic
    _rule(r"supported range is from \d+ \(inclusive\) to (?P<beyond>\d+) \(exclusive\)"),  # Vertex
    _rule(r"expected a value <= (?P<most>\d+)"),  # OpenAI, Volcengine
    _rule(r"less than or equal to [`'\"]?(?P<most>\d+)"),  # Groq, Mistral
    _rule(r"exceeds? the (?:model )?limit of (?P<most>\d+)"),  # Bedrock
    _rule(r"(?:范围|range)\D{0,20}\[\s*\d+\s*,\s*(?P<most>\d+)\s*\]"),  # Zhipu
    _rule(r"(?:maximum|limit|max|不能大于|cannot exceed|must not exceed)\D{1,40}?(?P<most>\d{3,})"),
)
_LEAST = (
    _rule(r"expected a value >= (?P<least>\d+)"),  # OpenAI
    _rule(r"(?:at least|greater than or equal to|minimum (?:of|value is)) [`'\"]?(?P<least>\d+)"),
)

# Prompt and reply together are too long, and the refusal says how long the prompt is.
_ROOM = (
    _rule(r"exceed context limit: (?P<prompt>\d+) \+ \d+ > (?P<window>\d+)"),  # Anthropic
    _rule(r"maximum context length is (?P<window>\d+) tokens.{0,120}?\((?P<prompt>\d+) in the messages"),  # OpenAI
    _rule(r"maximum context length is (?P<window>\d+) tokens.{0,120}?(?:has|contains)(?: at least)? (?P<prompt>\d+)"),
    _rule(r"maximum context length is (?P<window>\d+) tokens.{0,80}?\((?P<prompt>\d+) of text input"),  # OpenRouter
    _rule(r"maximum context length of (?P<window>\d+) tokens.{0,80}?(?P<prompt>\d+) tokens from the input"),  # SGLang
    _rule(r"passed (?P<prompt>\d+) input tokens.{0,120}?context length is only (?P<window>\d+) tokens"),  # vLLM
    _rule(r"must be <= (?P<window>\d+)\. Given: (?P<prompt>\d+) `inputs` tokens"),  # Together
)
_OTHER_INPUT = _rule(r"(\d+) of (?!text)\w+ input")

_SIGNATURE = _rule(
    r"invalid [`'\"]?signature[`'\"]? in [`'\"]?thinking|thinking[`'\"]? blocks? .{0,60}cannot be modified"
    r"|thinking.{0,40}signature.{0,40}(?:required|missing|invalid)"
)
_NO_THOUGHT = _rule(r"expected [`'\"]thinking[`'\"] or [`'\"]redacted_thinking[`'\"],? but found")
_BUDGET = _rule(r"max_tokens[`'\"]? must be greater than [`'\"]?thinking\.budget_tokens")
_FORCED = _rule(r"tool_?choice.{0,80}(?:thinking|reasoning)|(?:thinking|reasoning).{0,80}tool_?choice")
_NO_THINKING = _rule(
    r"(?:does not|doesn't|not) support (?:thinking|reasoning)\b|only works in thinking mode"
    r"|(?:thinking|reasoning)[ _]?(?:mode|level|config|budget)?[ \w]{0,12}"
    r"(?:is|are) (?:not supported|unsupported|invalid)"
)
_THINKING_FIELDS = (
    *("thinking", "think", "enable_thinking", "thinking_budget", "reasoning", "reasoning_effort"),
    *("chat_template_kwargs", "generationConfig.thinkingConfig"),
)
"""The ways in which thinking is asked for, in all wire formats."""
_MISSING_SIGNATURE = _rule(r"missing (?:a )?thought_?signature|thought_?signature.{0,40}(?:is missing|is required)")
_SHORT_IDS = _rule(r"tool.?call.?ids?\b.{0,120}(?:must|should) be .{0,60}length (?:of )?9\b")
_TURNS = _rule(r"unexpected role [`'\"]?user[`'\"]? after role [`'\"]?tool|conversation roles must alternate")
_TEMPLATE = _rule(r"\bjinja\b|chat.?template")
_MISSING_REASONING = _rule(
    r"missing [`'\"]?reasoning_content|reasoning_content[`'\"]?.{0,60}(?:is missing|must be passed|is required)"
    r"|content\[\]\.thinking[`'\"]?.{0,60}must be passed"
)


def is_refusal(status: int, answer: bytes) -> bool:
    """Tell whether an answer is about the body that was sent.

    llama.cpp and Ollama take what a chat template can't put into words for an error of their own:
    https://github.com/mistralai/mistral-vibe/issues/1006. So do some with images for a model that can't see.
    """
    if status in MENDABLE:
        return True
    text = answer.decode("utf-8", "replace")
    return (status == 500 and bool(_TEMPLATE.search(text))) or (status in (404, 500) and refuses_images(text))


def diagnose(answer: bytes, body: bytes) -> tuple[Fix, ...]:
    """Return the fixes that a refusal asks for; only those that change the body which was refused.

    `answer` is the body of the upstream's error, `body` that of the request.
    """
    sent = _json(body)
    if not isinstance(sent, dict):
        return ()
    error = _json(answer)
    texts = list(_texts(error)) or [answer.decode("utf-8", "replace")]
    for find in (
        _images,
        _forced,
        _thoughts,
        _ids,
        _turns,
        _room,
        _tokens,
        _renamed,
        _located,
        _thinking,
        _refused,
        _hinted,
    ):
        proposed = dict.fromkeys(find(texts, error, sent))
        tried = _json(body)
        fixes = tuple(fix for fix in list(proposed)[:PROPOSALS] if apply(fix, tried))
        if fixes:
            return fixes[:FIXES]
    return ()


def _images(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The model sees no images; with one in its history, a session would be refused for good."""
    if any(refuses_images(text) for text in texts):
        yield Fix("leave_out_images")


def _thoughts(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    for text in texts:
        if _SIGNATURE.search(text):
            yield Fix("strip_thinking", span="session")
        if _NO_THOUGHT.search(text):
            yield Fix("stop_thinking", span="session")
        if _BUDGET.search(text):
            yield Fix("drop", ("thinking",), span="once")
        if _MISSING_REASONING.search(text):
            # Some take an empty one, some do not; a single stop is taken by all.
            yield Fix("fill", ("messages", ANY, "reasoning_content"), to=".")
        if _MISSING_SIGNATURE.search(text):
            yield Fix("sign")


def _forced(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The model can't think and be forced to call a tool; not every one can be kept from thinking."""
    if any(_FORCED.search(text) for text in texts):
        yield Fix("drop", ("tool_choice",))


def _thinking(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The model can't think, or not as asked, and the refusal does not name the field."""
    if any(_NO_THINKING.search(text) for text in texts):
        yield from (Fix("drop", tuple(field.split("."))) for field in _THINKING_FIELDS if _has(sent, field))


def _has(sent: dict[str, Any], field: str) -> bool:
    holder, _, name = field.rpartition(".")
    where = sent.get(holder) if holder else sent
    return isinstance(where, dict) and name in where


def _ids(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """Mistral's own server and others with its chat template want ids of one form."""
    if any(_SHORT_IDS.search(text) for text in texts):
        yield Fix("short_ids")


def _turns(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """So do Mistral's chat templates want the order of messages."""
    if any(_TURNS.search(text) for text in texts):
        yield Fix("take_turns")


def _room(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    asked = _asked(sent)
    for text in texts:
        found = next((m for rule in _ROOM if (m := rule.search(text))), None)
        if found is not None:
            prompt = int(found["prompt"]) + sum(int(n) for n in _OTHER_INPUT.findall(text))
            room = int(found["window"]) - prompt - MARGIN
            if room == asked - MARGIN - 1:
                # vLLM counts no further than to the first token for which there is no room.
                room = asked // 2
            if room >= LEAST_REPLY:
                yield Fix("clamp", ("max_tokens",), most=room, span="once")


def _asked(sent: dict[str, Any]) -> int:
    return max((holder[key] for holder, key in maximums(sent) if isinstance(holder[key], int)), default=0)


def _tokens(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    asked = _asked(sent)
    for text in texts:
        if not re.search(_MAXIMUM, text, re.IGNORECASE) or re.search(
            r"context length|context window|Use '|got -\d", text
        ):
            continue
        limits = [limit for rule in _MOST for match in rule.finditer(text) if (limit := _limit(match)) < asked]
        least = next((match for rule in _LEAST if (match := rule.search(text))), None)
        if limits:
            yield Fix("clamp", ("max_tokens",), most=limits[0])
        elif least is not None:
            yield Fix("clamp", ("max_tokens",), least=int(least["least"]))


def _limit(match: re.Match[str]) -> int:
    given = match.groupdict()
    return int(given.get("most") or 0) or int(given.get("beyond") or 1) - 1


def _renamed(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    for text in texts:
        for match in _RENAMED.finditer(text):
            if match[1] in MAXIMUM and match[2] in MAXIMUM:
                yield Fix("rename", (match[1],), to=match[2])


def _located(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """FastAPI and Mistral say where in a list: `{"type": "extra_forbidden", "loc": ["body", "messages", 3, ...]}`."""
    for item in _objects(error):
        where = item.get("loc")
        if isinstance(where, list) and str(item.get("type", "")).startswith(
            ("extra_forbidden", "literal_error", "enum")
        ):
            yield from _dropped(_inside([ANY if isinstance(name, int) else str(name) for name in where]))


def _refused(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    for rule in _REFUSED:
        found = [fix for text in texts for match in rule.finditer(text) for fix in _unasked(_place(match), sent)]
        if found:
            yield from found
            return


def _unasked(names: Sequence[str], sent: dict[str, Any]) -> Iterator[Fix]:
    """A limit of the reply by a name that is refused, without a word of another one: chat completions know two, the
    login of ChatGPT takes none: https://github.com/RayBytes/ChatMock/issues/103
    """
    if names == ["max_tokens"] and "messages" in sent and "max_completion_tokens" not in sent:
        yield Fix("rename", ("max_tokens",), to="max_completion_tokens")
    elif len(names) == 1 and names[0] in MAXIMUM:
        yield Fix("drop", tuple(names))
    else:
        yield from _dropped(names)


def _place(match: re.Match[str]) -> list[str]:
    groups = match.groupdict()
    if not groups:
        return _split(match[1])
    name = groups.get("name")
    return [*_inside(_split(groups.get("path") or "")), *([name] if name else [])]


def _inside(names: list[str]) -> list[str]:
    """Return a path without the word for the whole body."""
    return names[1:] if names[:1] == ["body"] else names


def _hinted(texts: Sequence[str], error: Any, sent: dict[str, Any]) -> Iterator[Fix]:
    """The refusal names a field that was sent, in whatever words: in `param`, or near a word for not supported."""
    for item in _objects(error):
        param = item.get("param")
        if isinstance(param, str) and _UNSUPPORTED.search(" ".join(texts)):
            yield from _dropped(_split(param))
    for text in texts:
        if _UNSUPPORTED.search(text):
            words = set(re.findall(r"[A-Za-z_]\w{3,}", text))
            yield from (fix for key in sent if {key, key.removesuffix("_kwargs")} & words for fix in _dropped([key]))


def _dropped(names: Sequence[str]) -> Iterator[Fix]:
    last = next((name for name in reversed(names) if name != ANY), "")
    if last and last not in ESSENTIAL and last not in MAXIMUM:
        yield Fix("drop", tuple(names))


def _split(path: str) -> list[str]:
    """Return the names of a path in any spelling: `a.0.b`, `a[0].b`, `'a', 0, 'b'`."""
    names = [name for name in re.split(r"[.\[\]', ]+", path) if name]
    return [ANY if name.isdigit() else name for name in names]


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, also in JSON that is a text in it, as gateways quote each other."""
    for item in _values(value):
        if isinstance(item, str):
            yield item


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    for item in _values(value):
        if isinstance(item, dict):
            yield item


def _values(value: Any, depth: int = 0) -> Iterator[Any]:
    if depth > 8:
        return
    yield value
    children: Sequence[Any] = ()
    if isinstance(value, dict):
        children = list(value.values())
    elif isinstance(value, list):
        children = value
    elif isinstance(value, str) and "{" in value:
        inner = _json(value[value.index("{") : value.rindex("}") + 1].encode()) if "}" in value else None
        children = [inner] if isinstance(inner, dict) else ()
    for child in children:
        yield from _values(child, depth + 1)


def _json(data: bytes) -> Any:
    try:
        return load(data)
    except (ValueError, RecursionError):
        return None
