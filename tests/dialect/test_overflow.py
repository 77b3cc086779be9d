"""How every vendor says that a prompt does not fit, in the words that Claude Code acts upon."""

import pytest

from ccr.dialect.overflow import is_overflow, overflow_message

PROMPT: dict[str, tuple[str, int, int]] = {
    "openai": (
        "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (136000 in the "
        "messages, 4000 in the completion). Please reduce the length of the messages or completion.",
        136000,
        131072,
    ),
    "openai functions": (
        "This model's maximum context length is 4097 tokens. However, you requested 9000 tokens (4000 in the messages, "
        "3000 in the functions, and 2000 in the completion).",
        7000,
        4097,
    ),
    "openrouter": (
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens "
        "(130000 of text input, 2000 of tool input, 8000 in the output). Please reduce the length of either one.",
        132000,
        131072,
    ),
    "anthropic": ("prompt is too long: 210000 tokens > 200000 maximum", 210000, 200000),
    "gemini": (
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        1200000,
        1048576,
    ),
    "mistral": (
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        40000,
        32768,
    ),
    "xai": ("This model's maximum prompt length is 131072 but the request contains 142343 tokens.", 142343, 131072),
    "kimi": ("Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)", 140000, 131072),
    "qwen": (
        "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]",
        129025,
        129024,
    ),
    "siliconflow": ("length of prompt_tokens (40000) must be less than max_seq_len (32768).", 40000, 32768),
    "together": (
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and "
        "100 `max_new_tokens`",
        9000,
        8193,
    ),
    "fireworks": ("The prompt is too long: 140000, model maximum context length: 131071", 140000, 131071),
    "cerebras": (
        "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
        9000,
        8192,
    ),
    "openai, newer": (
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300007 tokens.",
        300007,
        272000,
    ),
    "sglang": ("The input (61709 tokens) is longer than the model's context length (40960 tokens).", 61709, 40960),
    "vllm": (
        "This model's maximum context length is 32768 tokens. However, your request has 40000 input tokens. Please "
        "reduce the length of the input messages.",
        40000,
        32768,
    ),
    "llama.cpp": (
        "request (24071 tokens) exceeds the available context size (8192 tokens), try increasing it",
        24071,
        8192,
    ),
    "lm studio": (
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context "
        "length of only 4096 tokens, which is not enough",
        9000,
        4096,
    ),
    "lm studio, newer": (
        "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= "
        "n_ctx: 4096)",
        9000,
        4096,
    ),
    "copilot": ("prompt token count of 140000 exceeds the limit of 128000", 140000, 128000),
    "with separators": ("prompt too long: 1,200,000 tokens, at most 1,048,576 are allowed", 1200000, 1048576),
}


@pytest.mark.parametrize(("message", "asked", "maximum"), PROMPT.values(), ids=PROMPT.keys())
def test_a_prompt_that_is_too_long_names_both_numbers(message: str, asked: int, maximum: int) -> None:
    assert is_overflow(message, "")
    assert overflow_message(message).startswith(f"prompt is too long: {asked} tokens > {maximum} maximum")


OUTPUT: dict[str, tuple[str, str]] = {
    "openai": (
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (1000 in the messages, "
        "8000 in the completion).",
        "1000 + 8000 > 8192",
    ),
    "vllm": (
        "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 20000 "
        "tokens and your request has 16614 input tokens (64000 > 20000 - 16614). None",
        "16614 + 64000 > 20000",
    ),
    "vllm, newer": (
        "This model's maximum context length is 128000 tokens. However, you requested 65535 output tokens and your "
        "prompt contains at least 62466 input tokens, for a total of at least 128001 tokens.",
        "62466 + 65535 > 128000",
    ),
    "vllm, newest": (
        "You passed 98305 input tokens and requested 32768 output tokens. However, the model's context length is only "
        "131072 tokens, resulting in a maximum input length of 98304 tokens. Please reduce the length of the input.",
        "98305 + 32768 > 131072",
    ),
    "sglang": (
        "Requested token count exceeds the model's maximum context length of 131072 tokens. You requested a total of "
        "140000 tokens: 76000 tokens from the input messages and 64000 tokens for the completion.",
        "76000 + 64000 > 131072",
    ),
    "anthropic": (
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length",
        "188240 + 21333 > 200000",
    ),
}


@pytest.mark.parametrize(("message", "numbers"), OUTPUT.values(), ids=OUTPUT.keys())
def test_too_much_output_is_told_apart(message: str, numbers: str) -> None:
    assert is_overflow(message, "")
    assert overflow_message(message).startswith(f"input length and `max_tokens` exceed context limit: {numbers}, ")


@pytest.mark.parametrize(
    "message",
    [
        "Prompt exceeds max length",
        "Input is too long for requested model.",
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        "invalid params, context window exceeds limit (2013)",
        "Prompt exceeds maximum context length",
        "prompt too long; exceeded max context length by 4 tokens",
        "prompt too long; exceeded max context length by 100918 tokens",
        "litellm.ContextWindowExceededError: litellm.BadRequestError: refused",
        "Total tokens of image and text exceed max message tokens",
        "Context size has been exceeded.",
        "max_tokens must be at least 1, got -8530. (parameter=max_tokens, value=-8530)",
    ],
)
def test_a_message_without_numbers_still_begins_as_it_must(message: str) -> None:
    assert is_overflow(message, "")
    assert overflow_message(message) == f"prompt is too long: {message}"


@pytest.mark.parametrize(
    "message",
    [
        "Rate limit reached for 100000 tokens per minute",
        "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000",
        "max_tokens must be at most 8192",
        "max_tokens must be at least 1, got 0",
        "Invalid 'messages[3].content': string too long",
        "Unknown parameter: context_management",
        "",
    ],
)
def test_other_errors_are_no_overflow(message: str) -> None:
    assert not is_overflow(message, "invalid_request_error")
    assert is_overflow(message, "context_length_exceeded")
