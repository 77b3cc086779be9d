"""How vendors word a refusal: each pattern names who does, and what is to be read out of it."""

import re
from functools import partial

from ccr.core.pattern import pattern

_NAME = r"['\"`]?([A-Za-z_$][\w$.\[\]-]*)['\"`]?"
_LIMIT = r"(?:max_(?:completion_|output_|new_)?tokens|maxOutputTokens|maximum tokens|max tokens)"

_rule = partial(pattern, flags=re.IGNORECASE)

LIMIT = _rule(_LIMIT)
"""The words for the most tokens of a reply."""

# Each names the field that is refused, and some of them where it stands. The first that finds one decides.
REFUSED = (
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
RENAMED = _rule(_NAME + r" is not supported with this model\.? Use " + _NAME + r" instead")
UNSUPPORTED = _rule(
    r"not (?:be )?(?:supported|allowed|permitted|compatible)|unsupported|unrecognized|unknown|unexpected|only allowed|"
    r"immutable|deprecated|incompatible|cannot be (?:used|combined)|may only be"
    r"|only \S+ (?:is|are) (?:allowed|supported|accepted)|不支持"
)

# The highest number of tokens that a reply may have, named by the refusal.
MOST = (
    _rule(r"range of " + _LIMIT + r"\s+(?:is|should be)\s+\[\s*\d+\s*,\s*(?P<most>\d+)\s*\]"),
    _rule(r"at most (?P<most>\d+) (?:completion|output) tokens"),  # OpenAI
    _rule(r"\d+ > (?P<most>\d+), which is the maximum allowed"),  # Anthropic
    _rule(r"supported range is from \d+ \(inclusive\) to (?P<beyond>\d+) \(exclusive\)"),  # Vertex
    _rule(r"expected a value <= (?P<most>\d+)"),  # OpenAI, Volcengine
    _rule(r"less than or equal to [`'\"]?(?P<most>\d+)"),  # Groq, Mistral
    _rule(r"exceeds? the (?:model )?limit of (?P<most>\d+)"),  # Bedrock
    _rule(r"(?:范围|range)\D{0,20}\[\s*\d+\s*,\s*(?P<most>\d+)\s*\]"),  # Zhipu
    _rule(r"(?:maximum|limit|max|不能大于|cannot exceed|must not exceed)\D{1,40}?(?P<most>\d{3,})"),
)
LEAST = (
    _rule(r"expected a value >= (?P<least>\d+)"),  # OpenAI
    _rule(r"(?:at least|greater than or equal to|minimum (?:of|value is)) [`'\"]?(?P<least>\d+)"),
)

# Prompt and reply together are too long, and the refusal says how long the prompt is.
ROOM = (
    _rule(r"exceed context limit: (?P<prompt>\d+) \+ \d+ > (?P<window>\d+)"),  # Anthropic
    _rule(r"maximum context length is (?P<window>\d+) tokens.{0,120}?\((?P<prompt>\d+) in the messages"),  # OpenAI
    _rule(r"maximum context length is (?P<window>\d+) tokens.{0,120}?(?:has|contains)(?: at least)? (?P<prompt>\d+)"),
    _rule(r"maximum context length is (?P<window>\d+) tokens.{0,80}?\((?P<prompt>\d+) of text input"),  # OpenRouter
    _rule(r"maximum context length of (?P<window>\d+) tokens.{0,80}?(?P<prompt>\d+) tokens from the input"),  # SGLang
    _rule(r"passed (?P<prompt>\d+) input tokens.{0,120}?context length is only (?P<window>\d+) tokens"),  # vLLM
    _rule(r"must be <= (?P<window>\d+)\. Given: (?P<prompt>\d+) `inputs` tokens"),  # Together
)
OTHER_INPUT = _rule(r"(\d+) of (?!text)\w+ input")

SIGNATURE = _rule(
    r"invalid [`'\"]?signature[`'\"]? in [`'\"]?thinking|thinking[`'\"]? blocks? .{0,60}cannot be modified"
    r"|thinking.{0,40}signature.{0,40}(?:required|missing|invalid)"
)
NO_THOUGHT = _rule(r"expected [`'\"]thinking[`'\"] or [`'\"]redacted_thinking[`'\"],? but found")
BUDGET = _rule(r"max_tokens[`'\"]? must be greater than [`'\"]?thinking\.budget_tokens")
FORCED = _rule(r"tool_?choice.{0,80}(?:thinking|reasoning)|(?:thinking|reasoning).{0,80}tool_?choice")
NO_THINKING = _rule(
    r"(?:does not|doesn't|not) support (?:thinking|reasoning)\b|only works in thinking mode"
    r"|(?:thinking|reasoning)[ _]?(?:mode|level|config|budget)?[ \w]{0,12}"
    r"(?:is|are) (?:not supported|unsupported|invalid)"
)
THINKING_FIELDS = (
    *("thinking", "think", "enable_thinking", "thinking_budget", "reasoning", "reasoning_effort"),
    *("chat_template_kwargs", "generationConfig.thinkingConfig"),
)
"""The ways in which thinking is asked for, in all wire formats."""
MISSING_SIGNATURE = _rule(r"missing (?:a )?thought_?signature|thought_?signature.{0,40}(?:is missing|is required)")
SHORT_IDS = _rule(r"tool.?call.?ids?\b.{0,120}(?:must|should) be .{0,60}length (?:of )?9\b")
TURNS = _rule(r"unexpected role [`'\"]?user[`'\"]? after role [`'\"]?tool|conversation roles must alternate")
TEMPLATE = _rule(r"\bjinja\b|chat.?template")
MISSING_REASONING = _rule(
    r"missing [`'\"]?reasoning_content|reasoning_content[`'\"]?.{0,60}(?:is missing|must be passed|is required)"
    r"|content\[\]\.thinking[`'\"]?.{0,60}must be passed"
)
