"""Tool calls that a model writes as text: the markup that chat templates teach, read back into calls.

Only calls of tools that the request offers count. What can't be read is no call, and stays text.
"""

# ruff: noqa: RUF001 - DeepSeek's tokens are made of full-width bars.

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ccr.core.jsonio import dump_text
from ccr.core.jsonrepair import repair
from ccr.core.pattern import pattern
from ccr.core.unified import Json
from ccr.transform.coerce import coerced

Tools = Mapping[str, Json]
"""The schemas of the tools that are offered, by name."""

BRACKETS: Mapping[str, str] = {
    # Hermes, Qwen: {"name": ..., "arguments": {...}}; GLM: <arg_key>, <arg_value>; Qwen coder: <function=...>
    # https://github.com/NousResearch/Hermes-Function-Calling, https://qwen.readthedocs.io/en/latest/framework/function_call.html
    "<tool_call>": "</tool_call>",
    "<function_call>": "</function_call>",
    "<function=": "</function>",
    # Kimi: https://huggingface.co/moonshotai/Kimi-K2-Instruct/blob/main/docs/tool_call_guidance.md
    "<|tool_calls_section_begin|>": "<|tool_calls_section_end|>",
    "<|tool_call_begin|>": "<|tool_call_end|>",
    # MiniMax: https://huggingface.co/MiniMaxAI/MiniMax-M2/blob/main/docs/tool_calling_guide.md, and its likes
    "<minimax:tool_call>": "</minimax:tool_call>",
    "<function_calls>": "</function_calls>",
    "<invoke name=": "</invoke>",
    # DeepSeek: https://api-docs.deepseek.com, the templates of V3.1 and V3.2
    "<｜tool▁calls▁begin｜>": "<｜tool▁calls▁end｜>",
    "<｜DSML｜function_calls>": "</｜DSML｜function_calls>",
    # Mistral: up to the end of the text
    "[TOOL_CALLS]": "",
}
"""What opens and closes a call or a list of calls; no closer: the end of the text."""

SPECIAL = tuple(mark for mark in BRACKETS if "|" in mark or "｜" in mark)
"""Marks that are tokens of their own and never mean themselves."""

_KIMI = pattern(
    r"<\|tool_call_begin\|>\s*(?:functions\.)?([\w.-]+?)(?::\d+)?\s*<\|tool_call_argument_begin\|>(.*?)(?:<\|tool_call_end\|>|$)",
    re.DOTALL,
)
_CODER = pattern(r"<function=([^>\s]+)>(.*?)</function>", re.DOTALL)
_CODER_VALUE = pattern(r"<parameter=([^>\s]+)>\n?(.*?)\n?</parameter>", re.DOTALL)
_INVOKE = pattern(r'<(?:｜DSML｜)?invoke name="([^"]+)"\s*>(.*?)</(?:｜DSML｜)?invoke>', re.DOTALL)
_INVOKE_VALUE = pattern(
    r'<(?:｜DSML｜)?parameter name="([^"]+)"[^>]*>\n?(.*?)\n?</(?:｜DSML｜)?parameter>',
    re.DOTALL,
)
_GLM = pattern(r"<tool_call>\s*([\w.-]+)\s*((?:<arg_key>.*?</arg_value>\s*)*)</tool_call>", re.DOTALL)
_GLM_VALUE = pattern(r"<arg_key>\s*(.*?)\s*</arg_key>\s*<arg_value>\n?(.*?)\n?</arg_value>", re.DOTALL)
_DEEPSEEK = pattern(
    r"<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?([\w.-]+)(?:<｜tool▁sep｜>|\s*```json\n)(.*?)(?:\n```)?\s*<｜tool▁call▁end｜>",
    re.DOTALL,
)
_MISTRAL = pattern(
    r"\[TOOL_CALLS\]\s*([\w.-]+)\s*(?:\[CALL_ID\]\w+)?\[ARGS\](\{.*?\})\s*(?=\[TOOL_CALLS\]|$)", re.DOTALL
)
_WRAPPING = pattern(r"^\s*(?:<tool_call>|<function_call>|\[TOOL_CALLS\])|(?:</tool_call>|</function_call>)\s*$")


class Call(NamedTuple):
    """One call; `arguments` is JSON text of an object."""

    name: str
    arguments: str


def read_calls(text: str, tools: Tools) -> list[Call]:
    """Return the calls in a marked piece of text; none at all unless each of them is of a known tool."""
    for form in _FORMS:
        found = list(form(text, tools))
        if found:
            known = all(name in tools and arguments is not None for name, arguments in found)
            return [Call(name, arguments) for name, arguments in found if arguments is not None] if known else []
    return []


Found = Iterable[tuple[str, str | None]]
"""Name and arguments of each call; None for arguments that are no JSON object."""


def _with_json(call: re.Pattern[str]) -> Callable[[str, Tools], Found]:
    """Return a reader of calls whose arguments are JSON."""
    return lambda text, tools: ((found[1], repair(found[2].strip())) for found in call.finditer(text))


def _with_values(call: re.Pattern[str], value: re.Pattern[str]) -> Callable[[str, Tools], Found]:
    """Return a reader of calls whose arguments are marked one by one, as bare text."""

    def read(text: str, tools: Tools) -> Found:
        for found in call.finditer(text):
            given: Json = {pair[1]: pair[2] for pair in value.finditer(found[2])}
            is_whole = not value.sub("", found[2]).strip()
            yield found[1], dump_text(coerced(given, tools.get(found[1], {}))) if is_whole else None

    return read


def _bare_json(text: str, tools: Tools) -> Found:
    """{"name": ..., "arguments": ...}, one or a list, also as `function` or with `parameters`."""
    inner = _WRAPPING.sub("", text).strip()
    try:
        value = json.loads(inner if inner.startswith("[") else repair(inner) or "null")
    except (ValueError, RecursionError):
        return
    for item in value if isinstance(value, list) else [value]:
        call = item.get("function") if isinstance(item, dict) and isinstance(item.get("function"), dict) else item
        if isinstance(call, dict):
            name = next((call[k] for k in ("name", "function", "tool") if isinstance(call.get(k), str)), "")
            given = next((call[k] for k in ("arguments", "parameters", "args", "input") if k in call), None)
            yield name, _arguments(given)
        else:
            yield "", None


def _arguments(given: Any) -> str | None:
    if isinstance(given, dict):
        return dump_text(given)
    return repair(given) if isinstance(given, str) else None


_FORMS: tuple[Callable[[str, Tools], Found], ...] = (
    _with_json(_KIMI),
    _with_values(_CODER, _CODER_VALUE),
    _with_values(_INVOKE, _INVOKE_VALUE),
    _with_values(_GLM, _GLM_VALUE),
    _with_json(_DEEPSEEK),
    _with_json(_MISTRAL),
    _bare_json,
)
