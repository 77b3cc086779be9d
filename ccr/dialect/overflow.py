"""How vendors say that a prompt does not fit, in the two sentences that Claude Code acts upon.

`prompt is too long: N tokens > M maximum` makes it compact the conversation; `input length and max_tokens exceed
context limit: N + O > M` makes it ask for fewer output tokens. https://docs.claude.com/en/api/errors
"""

import re
from collections.abc import Iterable

from ccr.core.pattern import pattern

CODE = "context_length_exceeded"

# One alternative per wording seen in documents and public reports.
OVERFLOW = pattern(
    r"context_length_exceeded|prompt (?:is |was )?too long|maximum context length|max(?:imum)? prompt length"
    r"|exceed\w*.{0,40}context (?:window|length|size|limit)|exceed_context_size"
    r"|context (?:window|length|size) (?:has been |is )?exceed(?:s|ed)"
    r"|input token count.{0,40}exceeds|exceeds? the maximum number of tokens"
    r"|reduce the length of the (?:messages|prompt|input)"
    r"|exceeded model token limit|longer than the (?:maximum model|model'?s context) length"
    r"|range of input length should be"
    r"|input is too long|input length .{0,40}exceed|prompt token count of|prompt exceeds max length"
    r"|model_max_prompt_tokens_exceeded|loaded with context length|greater than the context length|max_seq_len"
    r"|`inputs` tokens|input tokens exceed|context_?window_?exceeded"
    r"|exceed max message tokens|too large for model with|must be at least 1, got -\d",
    re.IGNORECASE,
)
_OURS = pattern(r"prompt is too long: \d+ tokens > \d+ maximum|exceed context limit: \d+ \+ \d+ > \d+")
_ASIDE = pattern(r"\(\d{4}\)\s*$|resulting in a maximum input length of \d+ tokens|length by \d+ tokens")
"""MiniMax ends its messages with the number of the error; vLLM says what it allows besides the output asked for, and
Ollama how much it is too much.
"""
_NUMBER = pattern(r"(?<![ =]-)(?<!\d)\d[\d,]{2,}")
_MAXIMUM = pattern(
    r"(?:maximum|limit|allowed|at most|context (?:length|window|size)|n_ctx|max_seq_len|<=|\[\d+, )\D{0,60}?"
    r"(\d[\d,]{2,})"
    r"|(\d[\d,]{2,}) maximum context",
    re.IGNORECASE,
)
_PROMPT = pattern(
    r"(\d[\d,]*) (?:tokens )?"
    r"(?:of (?:text|tool) input|in the (?:messages|prompt|functions)|from the input|input tokens|`inputs` tokens)",
    re.IGNORECASE,
)
_OUTPUT = pattern(
    r"(\d[\d,]*) (?:tokens )?(?:(?:in|for) the (?:completion|output)|output tokens|`max_new_tokens`)"
    r"|is too large: (\d[\d,]*)",
    re.IGNORECASE,
)


BEGINNING = "prompt is too long: "
"""By these words Claude Code knows that it has to compact."""


def is_overflow(message: str, code: str) -> bool:
    """Tell whether a vendor's message or code says that prompt and output don't fit the model."""
    return code == CODE or OVERFLOW.search(message) is not None


def overflow_message(message: str) -> str:
    """Return Anthropic's sentence for a vendor's, which follows in brackets; without numbers only its beginning."""
    if _OURS.search(message):
        return message
    text = _ASIDE.sub("", message)
    numbers = _numbers(_NUMBER.findall(text))
    prompt, output = sum(_numbers(_PROMPT.findall(text))), sum(_numbers(_OUTPUT.findall(text)))
    maximum = _maximum(text, numbers)
    if not maximum:
        # A message may come through here twice.
        return message if message.startswith(BEGINNING) else BEGINNING + message
    if output and prompt < maximum:
        # The prompt alone would fit.
        sum_ = f"{prompt or maximum - output + 1} + {output} > {maximum}"
        advice = "decrease input length or `max_tokens` and try again"
        return f"input length and `max_tokens` exceed context limit: {sum_}, {advice} ({message})"
    asked = prompt if prompt > maximum else next((n for n in numbers if n > maximum), maximum + 1)
    return f"prompt is too long: {asked} tokens > {maximum} maximum ({message})"


def _maximum(message: str, numbers: list[int]) -> int:
    """Return the limit that a message tells, 0 if none: the one that another number exceeds."""
    told = _numbers(_MAXIMUM.findall(message))
    exceeded = [limit for limit in told if any(n > limit for n in numbers)]
    if exceeded or told:
        return (exceeded or told)[0]
    large = [n for n in numbers if n >= 1000]
    return min(large) if len(large) > 1 else 0


def _numbers(found: Iterable[str | tuple[str, ...]]) -> list[int]:
    texts = (text if isinstance(text, str) else next(filter(None, text), "") for text in found)
    return [int(text.replace(",", "")) for text in texts if text]
