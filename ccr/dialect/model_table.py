"""What is known of models by their names, whoever serves them. Facts only, each row with its source.

The user's `model_settings` and what a provider itself tells go before this. Windows are those of the model's maker; a
server that offers less has to be told about in `model_settings`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec


class ModelFacts(msgspec.Struct, frozen=True):
    """Limits in tokens and abilities of one model; None is unknown."""

    window: int | None = None
    """Tokens that prompt and reply may have together."""
    max_output: int | None = None
    """Tokens that a reply may have."""
    images: bool | None = None
    """Whether it takes images."""
    documents: bool | None = None
    """Whether it takes PDF."""


class Row(msgspec.Struct, frozen=True):
    """Facts of the models whose name, in lower case and without the maker's prefix, matches `pattern`."""

    pattern: str
    facts: ModelFacts


UNKNOWN = ModelFacts()
K, M = 1024, 1_048_576


def _row(pattern: str, window: int, max_output: int | None = None, *, images: bool | None = None) -> Row:
    return Row(pattern, ModelFacts(window, max_output, images))


TABLE: tuple[Row, ...] = (
    # https://docs.claude.com/en/docs/about-claude/models/overview
    _row(r"claude.*\b(opus-4[.-][6-9]|sonnet-4[.-][6-9]|(opus|sonnet|fable)-[5-9])", 1_000_000, 128_000, images=True),
    _row(r"claude.*opus-4([.-][01])?(-20|@|$)", 200_000, 32_000, images=True),
    _row(r"claude-3[.-]5", 200_000, 8192, images=True),
    _row(r"claude-3-(opus|sonnet|haiku)", 200_000, 4096, images=True),
    _row(r"claude.*-([4-9]|3[.-]7)", 200_000, 64_000, images=True),
    # https://platform.openai.com/docs/models
    _row(r"^gpt-5[\d.]*-chat", 128_000, 16_384, images=True),
    _row(r"^gpt-(5\.[4-9]|[6-9])(?!.*(mini|nano|codex))", 1_050_000, 128_000, images=True),
    _row(r"^gpt-[5-9]", 400_000, 128_000, images=True),
    _row(r"^gpt-4\.1", 1_047_576, 32_768, images=True),
    _row(r"^(chatgpt-4o|gpt-4o)", 128_000, 16_384, images=True),
    _row(r"^gpt-4-(turbo|1106|0125)", 128_000, 4096),
    _row(r"^gpt-4(-\d+)?$", 8192, 8192, images=False),
    _row(r"^gpt-3\.5-turbo", 16_385, 4096, images=False),
    _row(r"^o[134](-pro|-mini)?(-20\d\d.*)?$", 200_000, 100_000),
    _row(r"^(codex-mini|o4-mini)", 200_000, 100_000),
    _row(r"gpt-oss", 131_072, images=False),
    # https://ai.google.dev/gemini-api/docs/models
    _row(r"gemini-1\.5-pro", 2 * M, 8192, images=True),
    _row(r"gemini-(1\.5|2\.0)", M, 8192, images=True),
    _row(r"gemini-.*image", 65_536, 32_768, images=True),
    _row(r"gemini-(2\.5|[3-9]|flash|pro)", M, 65_536, images=True),
    _row(r"gemma-?[34](?!.*(270m|1b))", 128 * K),
    # https://api-docs.deepseek.com/quick_start/pricing
    _row(r"deepseek-(flash|v4\.1-flash|v4.*vision)", 1_000_000, images=True),
    _row(r"deepseek-(v[4-9]|pro)", 1_000_000, images=False),
    _row(r"deepseek-(chat|reasoner|v3|r1|coder-v2)(?!.*distill)", 128 * K, images=False),
    # https://www.alibabacloud.com/help/en/model-studio/models
    _row(r"qwen-?3-coder-(plus|flash)", 1_000_000, 65_536, images=False),
    _row(r"qwen-?3-coder", 256 * K, 65_536, images=False),
    _row(r"^qwen-?3-max", 256 * K, 65_536, images=False),
    _row(r"^qwen3\.[5-9]-(plus|flash)", 1_000_000, 65_536, images=True),
    _row(r"^qwen-(plus|flash)(-latest)?$", 1_000_000, 32_768, images=False),
    _row(r"qwen-?3-(next|235b-a22b-(instruct|thinking)-2507|30b-a3b-(instruct|thinking)-2507)", 256 * K, images=False),
    _row(r"qwen-?3-vl", 256 * K, images=True),
    _row(r"qwen-?2\.5-coder|qwq", 128 * K, images=False),
    # https://docs.z.ai/guides/overview/overview
    _row(r"glm-[45][\d.]*v", 64 * K, images=True),
    _row(r"glm-5[.p-][2-9](?!\d)|glm-[6-9]", 1_000_000, 131_072, images=False),
    _row(r"glm-(4\.[67]|5)", 200_000, images=False),
    _row(r"glm-4\.5", 128_000, images=False),
    # https://platform.moonshot.ai/docs/pricing/chat
    _row(r"kimi-(k2[.-][5-9]|k[3-9]|for-coding)", 256 * K, images=True),
    _row(r"kimi-k2-0711", 128 * K, images=False),
    _row(r"kimi-k2", 256 * K, images=False),
    # https://platform.minimax.io/docs/api-reference/text-intro
    _row(r"minimax-m[3-9]", 1_000_000, images=True),
    _row(r"minimax-m2", 204_800, images=False),
    _row(r"minimax-(m1|text-01)", 1_000_000, images=False),
    # https://docs.x.ai/docs/models
    _row(r"grok-4(\.\d+)?-fast|grok-4[.-]1-fast", 2_000_000, images=True),
    _row(r"grok-4\.3", 1_000_000, images=True),
    _row(r"grok-4\.5", 500_000, images=True),
    _row(r"grok-code-fast", 256_000, images=False),
    _row(r"grok-4(-0709|-latest)?$", 256_000, images=True),
    _row(r"grok-3", 131_072, images=False),
    # https://docs.mistral.ai/getting-started/models
    _row(r"(codestral-25|codestral-latest|devstral-(2|medium-2512|latest))", 256 * K, images=False),
    _row(r"devstral", 128 * K, images=False),
    _row(r"mistral-(large-(latest|25|3)|medium|small-(latest|25|3|4))|magistral|ministral-3", 128 * K),
    # https://www.llama.com/docs/model-cards-and-prompt-formats
    _row(r"llama-?4-scout", 10 * M, images=True),
    _row(r"llama-?4-maverick", M, images=True),
    _row(r"llama-?3[._p-]?2.*vision", 128 * K, images=True),
    _row(r"llama-?(v?3)[._p-]?[123]", 128 * K, images=False),
)
"""The first row that fits counts."""


@lru_cache(maxsize=1024)
def facts(model: str) -> ModelFacts:
    """Return what is known of a model by its name: `gpt-4o`, `anthropic/claude-sonnet-4`, `accounts/x/models/y:free`.

    A suffix after a colon is a variant of the same model, apart from Ollama's sizes, which don't matter here.
    """
    name = model.strip().lower().rpartition("/")[2]
    return next((row.facts for row in TABLE if re.search(row.pattern, name.partition(":")[0])), UNKNOWN)


Told = Mapping[str, Mapping[str, ModelFacts]]
"""What providers have told of their models in their lists, by the place of each."""


def place(url: str) -> str:
    """Return what tells the addresses of providers apart, without what may be secret in it."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])


def listed(told: Told, url: str, model: str) -> ModelFacts:
    """Return what the list of the provider at `url` says of a model.

    Case doesn't matter, and a suffix such as OpenRouter's `:online` makes no other model of it.
    """
    models = told.get(place(url))
    if not models:
        return UNKNOWN
    folded = {name.casefold(): facts for name, facts in models.items()}
    name = model.casefold()
    return folded.get(name) or folded.get(name.rpartition(":")[0]) or UNKNOWN
