"""The known providers by address, and what single models of theirs do otherwise. Facts only, each row with its source.

A new provider that speaks chat completions costs one row here. What is not written keeps the default of `Vendor`.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from ccr.dialect.vendor import Auth, DialectName, Vendor

UNKNOWN = Vendor(text_tools=True)

TABLE: tuple[Vendor, ...] = (
    Vendor(
        "anthropic",
        "https://docs.claude.com/en/api/messages",
        ("api.anthropic.com",),
        dialect="anthropic",
        auth="x-api-key",
        cache_control=True,
        documents=True,
        top_k=True,
        late_system=True,
    ),
    Vendor(
        "openai",
        "https://platform.openai.com/docs/api-reference/chat/create",
        ("api.openai.com",),
        limit_field="max_completion_tokens",
        documents=True,
        tool_ids="short40",
        max_tools=128,
        late_system=True,
        cache_key=True,
    ),
    Vendor(
        "azure",
        "https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference",
        (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"),
        auth="api-key",
        limit_field="max_completion_tokens",
        tool_ids="short40",
        max_tools=128,
        late_system=True,
    ),
    Vendor(
        "deepseek",
        "https://api-docs.deepseek.com/guides/thinking_mode",
        ("api.deepseek.com",),
        reasoning="thinking",
        efforts=("low", "high", "max"),
        replay="reasoning_content",
        images=False,
        choice_without_thinking=True,
        parallel_option=False,
        json_schema=False,
    ),
    Vendor(
        "deepseek-anthropic",
        "https://api-docs.deepseek.com/guides/anthropic_api",
        ("api.deepseek.com/anthropic",),
        dialect="anthropic",
        auth="x-api-key",
        images=False,
    ),
    Vendor(
        "openrouter",
        "https://openrouter.ai/docs/use-cases/reasoning-tokens",
        ("openrouter.ai",),
        reasoning="object",
        efforts=("none", "minimal", "low", "medium", "high", "xhigh"),
        replay="reasoning_details",
        documents=True,
        top_k=True,
        # https://openrouter.ai/docs/features/web-search
        search_fields={"plugins": [{"id": "web"}]},
        # OpenAI's models behind it refuse less.
        min_output=16,
    ),
    Vendor(
        "vercel",
        "https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/reasoning",
        ("ai-gateway.vercel.sh",),
        reasoning="object",
        efforts=("none", "minimal", "low", "medium", "high", "xhigh"),
        replay="reasoning_details",
        min_output=16,
    ),
    Vendor(
        "groq",
        "https://console.groq.com/docs/reasoning",
        ("api.groq.com",),
        limit_field="max_completion_tokens",
        images=False,
        max_tools=128,
        json_schema=False,
    ),
    Vendor(
        "cerebras",
        "https://inference-docs.cerebras.ai/capabilities/reasoning",
        ("api.cerebras.ai",),
        limit_field="max_completion_tokens",
        images=False,
    ),
    Vendor(
        "mistral",
        "https://docs.mistral.ai/api/endpoint/chat",
        ("api.mistral.ai", "codestral.mistral.ai"),
        # The last chunk always has the usage; the option itself is refused as an extra field.
        usage_option=False,
        tool_ids="alnum9",
        prefill="prefix",
        user_after_tool=False,
        # https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching
        cache_key=True,
    ),
    Vendor(
        "xai",
        "https://docs.x.ai/docs/guides/reasoning",
        ("api.x.ai",),
        max_tools=128,
        late_system=True,
    ),
    Vendor(
        "kimi",
        "https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model",
        ("api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"),
        replay="reasoning_content",
        # https://platform.moonshot.ai/docs/guide/use-partial-mode-feature-of-kimi-api
        prefill="partial",
        images=False,
        required_tool_choice=False,
        max_tools=128,
        parallel_option=False,
        json_schema=False,
        cache_key=True,
    ),
    Vendor(
        "kimi-anthropic",
        "https://platform.moonshot.ai/docs/guide/agent-support",
        ("api.moonshot.ai/anthropic", "api.moonshot.cn/anthropic"),
        dialect="anthropic",
        auth="x-api-key",
    ),
    Vendor(
        "glm",
        "https://docs.z.ai/api-reference/llm/chat-completion",
        ("api.z.ai", "open.bigmodel.cn"),
        # The finish chunk always has the usage.
        usage_option=False,
        replay="reasoning_content",
        # Else the reasoning that goes back to it is thrown away: https://docs.z.ai/guides/capabilities/thinking-mode
        thinking_fields={"clear_thinking": False},
        images=False,
        required_tool_choice=False,
        max_tools=128,
        parallel_option=False,
        json_schema=False,
        # https://docs.z.ai/guides/tools/web-search
        search_fields={
            "tools": [
                {
                    "type": "web_search",
                    "web_search": {"enable": True, "search_engine": "search-prime", "search_result": True},
                }
            ]
        },
    ),
    Vendor(
        "glm-anthropic",
        "https://docs.z.ai/scenario-example/develop-tools/claude",
        ("api.z.ai/api/anthropic", "open.bigmodel.cn/api/anthropic"),
        dialect="anthropic",
        auth="x-api-key",
    ),
    Vendor(
        "qwen",
        "https://help.aliyun.com/en/model-studio/deep-thinking",
        (
            "dashscope.aliyuncs.com",
            "dashscope-intl.aliyuncs.com",
            "dashscope-us.aliyuncs.com",
            ".dashscope.aliyuncs.com",
            ".maas.aliyuncs.com",
        ),
        images=False,
        choice_without_thinking=True,
        top_k=True,
        json_schema=False,
        # https://help.aliyun.com/en/model-studio/web-search
        search_fields={"enable_search": True},
    ),
    Vendor(
        "qwen-anthropic",
        "https://help.aliyun.com/en/model-studio/anthropic-api-messages",
        (
            "dashscope.aliyuncs.com/apps/anthropic",
            "dashscope-intl.aliyuncs.com/apps/anthropic",
            ".dashscope.aliyuncs.com/apps/anthropic",
        ),
        dialect="anthropic",
        auth="x-api-key",
    ),
    Vendor(
        "modelscope",
        "https://modelscope.cn/docs/model-service/API-Inference/intro",
        ("api-inference.modelscope.cn",),
        choice_without_thinking=True,
        top_k=True,
        json_schema=False,
    ),
    Vendor(
        "siliconflow",
        "https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions",
        ("api.siliconflow.cn", "api.siliconflow.com"),
        choice_without_thinking=True,
        top_k=True,
        json_schema=False,
    ),
    Vendor(
        "volcengine",
        "https://www.volcengine.com/docs/82379/1494384",
        (".volces.com", ".bytepluses.com"),
        parallel_option=False,
        choice_without_thinking=True,
    ),
    Vendor(
        "together",
        "https://docs.together.ai/reference/chat-completions-1",
        ("api.together.xyz", "api.together.ai"),
        top_k=True,
    ),
    Vendor(
        "fireworks",
        "https://docs.fireworks.ai/guides/reasoning",
        ("api.fireworks.ai",),
        replay="reasoning_content",
        top_k=True,
    ),
    Vendor(
        "nvidia",
        "https://docs.api.nvidia.com/nim/reference/llm-apis",
        ("integrate.api.nvidia.com",),
        parallel_option=False,
        json_schema=False,
    ),
    Vendor(
        "minimax",
        "https://platform.minimax.io/docs/api-reference/text-openai-api",
        ("api.minimax.io", "api.minimaxi.com", "api.minimax.chat"),
        limit_field="max_completion_tokens",
        replay="reasoning_details",
        # Without it the thinking comes as `<think>` text.
        fields={"reasoning_split": True},
        images=False,
        required_tool_choice=False,
        parallel_option=False,
        json_schema=False,
    ),
    Vendor(
        "minimax-anthropic",
        "https://platform.minimax.io/docs/api-reference/text-anthropic-api",
        ("api.minimax.io/anthropic", "api.minimaxi.com/anthropic"),
        dialect="anthropic",
        auth="x-api-key",
        images=False,
    ),
    Vendor(
        "perplexity",
        "https://docs.perplexity.ai/api-reference/chat-completions-post",
        ("api.perplexity.ai",),
        # It searches by itself and calls no functions; every chunk has the usage.
        max_tools=0,
        usage_option=False,
        parallel_option=False,
        required_tool_choice=False,
        stop=False,
        top_k=True,
    ),
    Vendor(
        "huggingface",
        "https://huggingface.co/docs/inference-providers/tasks/chat-completion",
        ("router.huggingface.co",),
    ),
    Vendor("chutes", "https://chutes.ai/docs", ("llm.chutes.ai",), top_k=True, parallel_option=False),
    Vendor("aihubmix", "https://docs.aihubmix.com/en/api/Aihubmix-Integration", ("aihubmix.com", ".aihubmix.com")),
    Vendor(
        "iflow",
        "https://platform.iflow.cn/en/docs/api-reference",
        ("apis.iflow.cn",),
        top_k=True,
        parallel_option=False,
        json_schema=False,
    ),
    Vendor(
        "ollama",
        "https://docs.ollama.com/api/openai-compatibility",
        (":11434", "ollama.com"),
        parallel_option=False,
        text_tools=True,
    ),
    Vendor(
        "lmstudio",
        "https://lmstudio.ai/docs/developer/openai-compat/tools",
        (":1234",),
        # A named function as an object is refused.
        required_tool_choice=False,
        text_tools=True,
        top_k=True,
    ),
    Vendor(
        "local",
        "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        ("localhost", "127.0.0.1", "host.docker.internal"),
        text_tools=True,
        top_k=True,
    ),
    Vendor(
        "gemini",
        "https://ai.google.dev/api/generate-content",
        ("generativelanguage.googleapis.com",),
        dialect="gemini",
        auth="x-goog-api-key",
        documents=True,
        top_k=True,
    ),
    Vendor(
        "gemini-openai",
        "https://ai.google.dev/gemini-api/docs/openai",
        ("generativelanguage.googleapis.com/v1beta/openai", "generativelanguage.googleapis.com/v1/openai"),
        reasoning="effort",
        efforts=("low", "medium", "high"),
        parallel_option=False,
    ),
    Vendor(
        "vertex",
        "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
        ("aiplatform.googleapis.com", "-aiplatform.googleapis.com", ".rep.googleapis.com"),
        dialect="vertex",
        auth="google",
        documents=True,
        cache_control=True,
        top_k=True,
    ),
)


class Rule(msgspec.Struct, frozen=True):
    """What the models whose name matches `pattern` change at the vendors named; no vendors: at every one."""

    vendors: str
    pattern: str
    changes: dict[str, Any]


_OPENAI = "openai azure aihubmix unknown local"
_EFFORTS = ("low", "medium", "high")
_SWITCH: dict[str, Any] = {"reasoning": "enable_thinking"}
_THINKING: dict[str, Any] = {"reasoning": "thinking"}
_PLAIN: dict[str, Any] = {"reasoning": "none"}

RULES: tuple[Rule, ...] = (
    # OpenAI's reasoning models: https://platform.openai.com/docs/guides/reasoning
    Rule(
        _OPENAI,
        r"^(openai/)?(o[134](-|$)|gpt-[5-9](?!.*chat)|codex)",
        {
            "limit_field": "max_completion_tokens",
            "sampling": False,
            "stop": False,
            "min_output": 16,
            "reasoning": "effort",
            "efforts": _EFFORTS,
        },
    ),
    Rule(_OPENAI, r"gpt-5(-mini|-nano|-20\d\d.*)?$", {"efforts": ("minimal", *_EFFORTS)}),
    Rule(_OPENAI, r"gpt-5\.1(?!.*chat)", {"efforts": ("none", *_EFFORTS)}),
    Rule(_OPENAI, r"gpt-(5\.[2-9]|[6-9])(?!.*chat)", {"efforts": ("none", *_EFFORTS, "xhigh")}),
    # These refuse tools together with reasoning at chat completions, or are not offered there at all:
    # https://github.com/openai/openai-openapi/issues/541
    Rule("openai", r"^(gpt-(5\.[2-9]|[6-9])(?!.*chat)|.*codex|(o1|o3|gpt-5)-pro)", {"dialect": "openai_responses"}),
    # Where chat completions is the only way, they take tools if they don't reason:
    # https://github.com/BerriAI/litellm/pull/34569
    Rule("azure", r"^gpt-(5\.[4-9]|[6-9])(?!.*chat)", {"efforts": ("none",), "fields": {"reasoning_effort": "none"}}),
    # https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat
    Rule(_OPENAI, r"search-(preview|api)", {"sampling": False, "search_fields": {"web_search_options": {}}}),
    # https://api-docs.deepseek.com/quick_start/pricing
    Rule("deepseek", r"^deepseek-chat$", {"max_output": 8192, "efforts": ()}),
    Rule(
        "deepseek",
        r"^deepseek-reasoner$",
        {"max_output": 65536, "efforts": (), "reasoning": "none", "required_tool_choice": False},
    ),
    Rule("deepseek", r"^deepseek-(v4|flash|pro)", {"max_output": 384_000}),
    # https://api-docs.deepseek.com/guides/vision
    Rule("deepseek deepseek-anthropic", r"^deepseek-(flash|v4\.1-flash|.*vision)", {"images": True}),
    # These always reason, and refuse to be told not to:
    # https://openrouter.ai/docs/use-cases/reasoning-tokens
    Rule(
        "openrouter vercel",
        r"(^|/)(o[134](-|:|$)|gpt-oss|gpt-5(?!\.|.*chat)|gemini-(2\.5|[3-9].*)-pro|grok-[34]|minimax-m|deepseek-r1|.*thinking)",
        {"efforts": _EFFORTS},
    ),
    # Elsewhere a marked cache point is an error: https://openrouter.ai/docs/features/prompt-caching. Gateways pass the
    # marks on to Claude, too, whose cache needs them: https://docs.litellm.ai/docs/completion/prompt_caching
    Rule("openrouter vercel unknown local", r"claude|^anthropic/", {"cache_control": True}),
    # https://console.groq.com/docs/models and https://console.groq.com/docs/reasoning
    Rule(
        "groq",
        r"gpt-oss",
        {"reasoning": "effort", "efforts": _EFFORTS, "max_output": 65536, "json_schema": True},
    ),
    Rule(
        "groq",
        r"qwen-?3",
        {
            "reasoning": "effort",
            "efforts": ("none", "default"),
            "max_output": 40960,
            "fields": {"reasoning_format": "parsed"},
        },
    ),
    Rule("groq", r"llama-3\.3-70b", {"max_output": 32768}),
    Rule("groq", r"kimi-k2", {"max_output": 16384, "json_schema": True}),
    Rule("groq", r"llama-4", {"max_output": 8192, "json_schema": True, "images": True}),
    Rule("cerebras", r"gpt-oss", {"reasoning": "effort", "efforts": _EFFORTS}),
    Rule("cerebras", r"glm", {"reasoning": "effort", "efforts": ("none", *_EFFORTS)}),
    Rule("cerebras", r"qwen-?3", {"fields": {"reasoning_format": "parsed"}}),
    # https://docs.mistral.ai/capabilities/reasoning/adjustable
    Rule(
        "mistral",
        r"^mistral-(small-(latest|26|4)|medium-(latest|3[.-]5|26)|large-4)",
        {"reasoning": "effort", "efforts": ("none", "high")},
    ),
    # https://docs.mistral.ai/models/zai-glm-5-3, https://github.com/anomalyco/models.dev/pull/7334
    Rule("mistral", r"^zai-glm-5(-2)?$", {"reasoning": "effort", "efforts": ("none", "high")}),
    Rule("mistral", r"^zai-glm-(5-[3-9]|latest)", {"reasoning": "effort", "efforts": ("low", "high", "max")}),
    # https://docs.x.ai/docs/guides/reasoning
    Rule("xai", r"^grok-(3-mini|4|code|build)", {"stop": False}),
    Rule("xai", r"^grok-3-mini", {"reasoning": "effort", "efforts": ("low", "high")}),
    Rule("xai", r"^grok-4\.3", {"reasoning": "effort", "efforts": ("none", *_EFFORTS)}),
    Rule("xai", r"^grok-(4\.[4-9]|[5-9])", {"reasoning": "effort", "efforts": _EFFORTS}),
    # https://platform.moonshot.ai/docs/guide/kimi-k2-5-quickstart: sampling is fixed, images as data only.
    Rule("kimi", r"^kimi-(k2[.-][5-9]|k[3-9]|for-coding|latest)", {"sampling": False, "images": True}),
    Rule("kimi", r"^kimi-k2[.-][56](?!-code)", _THINKING),
    # https://platform.kimi.ai/docs/guide/use-thinking-effort: it always reasons, and may be told to call a tool.
    Rule(
        "kimi",
        r"^kimi-k[3-9]",
        {"reasoning": "effort", "efforts": ("low", "high", "max"), "required_tool_choice": True},
    ),
    Rule("kimi", r"vision", {"images": True}),
    # https://docs.z.ai/guides/capabilities/thinking-mode and .../stream-tool
    Rule("glm", r"^glm-(4\.[5-9]|[5-9])", {**_THINKING, "max_output": 98304}),
    Rule("glm", r"^glm-(4\.[6-9]|[5-9])(?!.*v)", {"max_output": 131072, "fields": {"tool_stream": True}}),
    Rule("glm", r"^glm-5\.2(?!.*v)", {"efforts": ("low", "high", "max")}),
    # These always think.
    Rule(
        "glm",
        r"^glm-(5\.[3-9]|[6-9])(?!.*v)",
        {
            "reasoning": "effort",
            "efforts": ("low", "high", "max"),
            "fields": {"tool_stream": True, "thinking": {"type": "enabled", "clear_thinking": False}},
        },
    ),
    Rule("glm", r"^glm-[\d.]+v", {"images": True, "max_output": 16384}),
    Rule("glm", r"^glm-(4\.[6-9]|[5-9][\d.]*)v", {"max_output": 32768}),
    # https://help.aliyun.com/en/model-studio/models
    Rule("qwen", r"^(qwen3|qwen-(plus|turbo|flash|max)|deepseek-v(3\.[1-9]|[4-9])|glm-|kimi-k2\.[56])", _SWITCH),
    Rule("qwen", r"coder|instruct|thinking|^qwq|^qvq|^qwen-max", _PLAIN),
    Rule("qwen modelscope siliconflow", r"thinking|^qwq|^qvq", {"required_tool_choice": False}),
    Rule("qwen", r"^qwen3?-?(coder|max)|^qwen3\.", {"max_output": 65536}),
    Rule("qwen", r"^qwen-(plus|turbo|flash)", {"max_output": 32768}),
    Rule("qwen", r"-vl|omni|^qvq|^qwen3\.[5-9]|^qwen[4-9]|kimi-k2\.[56]", {"images": True}),
    Rule("modelscope siliconflow", r"qwen3|glm-(4\.[5-9]|[5-9])|deepseek-v(3\.[1-9]|[4-9])", _SWITCH),
    Rule("modelscope siliconflow", r"coder|instruct|thinking", _PLAIN),
    Rule("modelscope siliconflow", r"qwen3-coder", {"max_output": 65536}),
    Rule("siliconflow", r"kimi-k2-instruct", {"max_output": 16384}),
    # https://www.volcengine.com/docs/82379/1449737
    Rule(
        "volcengine",
        r"^(doubao-seed|deepseek-v(3-[1-9](-|$)|[4-9])|glm-[4-9]|kimi-k2-[56])",
        {**_THINKING, "replay": "reasoning_content"},
    ),
    Rule("volcengine", r"^doubao-seed-(1-[68]|2)", {"efforts": ("minimal", *_EFFORTS)}),
    Rule("together", r"gpt-oss", {"reasoning": "effort", "efforts": _EFFORTS}),
    # https://docs.together.ai/docs/glm-5.3-quickstart
    Rule("together", r"glm-5\.[3-9]", {"reasoning": "effort", "efforts": (*_EFFORTS, "max")}),
    # https://docs.fireworks.ai/guides/reasoning
    Rule(
        "fireworks",
        r"gpt-oss|deepseek-v(3p[1-9]|[4-9])|glm-(4p[5-9]|[5-9])|qwen3|kimi-k2p[5-9]",
        {"reasoning": "effort", "efforts": _EFFORTS},
    ),
    Rule("fireworks", r"deepseek-v[4-9]", {"efforts": ("none", *_EFFORTS, "xhigh")}),
    Rule("fireworks", r"glm-[5-9]", {"efforts": ("none", "high", "max")}),
    Rule("nvidia", r"gpt-oss", {"reasoning": "effort", "efforts": _EFFORTS}),
    Rule("minimax minimax-anthropic", r"minimax-m[3-9]", {"images": True}),
    Rule("minimax", r"minimax-m[3-9]", {**_THINKING, "thinking_fields": {"type": "adaptive"}}),
    # https://ai.google.dev/gemini-api/docs/thought-signatures#openai
    Rule("gemini-openai", r"gemini-([3-9]|\d\d)", {"replay": "extra_content"}),
    # Other models answer "does not support thinking": https://docs.ollama.com/capabilities/thinking
    Rule(
        "ollama",
        r"gpt-oss|qwen3(?!-coder|.*instruct)|deepseek-(r1|v3\.[1-9]|v[4-9])|glm-[4-9]|magistral|nemotron|kimi-k2",
        {"reasoning": "effort", "efforts": _EFFORTS, "replay": "reasoning"},
    ),
)


def find(url: str) -> Vendor:
    """Return the vendor behind a provider's address: the most specific row, else `UNKNOWN`.

    The end of the path decides the dialect where it names one (`/responses`, `/messages`, `/chat/completions`).
    """
    address = _address(url)
    if address is None:
        return UNKNOWN
    host, port, path = address
    places = ((_fit(place, host, port=port, path=path), vendor) for vendor in TABLE for place in vendor.hosts)
    score, vendor = max(places, key=lambda found: found[0])
    return _by_path(vendor if score else UNKNOWN, path)


def is_at(url: str, places: Iterable[str]) -> bool:
    """Tell whether an address is at one of these places, which are written as in `Vendor.hosts`."""
    address = _address(url)
    return address is not None and any(_fit(place, address[0], port=address[1], path=address[2]) for place in places)


def named(name: str) -> Vendor:
    """Return the row of that name, else `UNKNOWN`."""
    return next((vendor for vendor in TABLE if vendor.name == name), UNKNOWN)


def is_known(vendor: Vendor) -> bool:
    """Tell whether the address said who answers, not only where."""
    return vendor.name not in ("unknown", "local")


def speaking(vendor: Vendor, dialect: DialectName) -> Vendor:
    """Return the vendor as it is addressed in a wire format.

    Where nobody knows who answers, the key travels as the format's inventor has it.
    """
    inventors: dict[DialectName, Auth] = {"anthropic": "x-api-key", "gemini": "x-goog-api-key", "vertex": "google"}
    fixed = dialect in ("gemini", "vertex") or not is_known(vendor)
    return replace(vendor, dialect=dialect, auth=inventors.get(dialect, "bearer") if fixed else vendor.auth)


def for_model(vendor: Vendor, model: str) -> Vendor:
    """Return the vendor as it treats this model. Rules apply in their order, so later ones win."""
    name = model.strip().lower()
    changes: dict[str, Any] = {}
    for rule in RULES:
        if vendor.name in rule.vendors.split() and re.search(rule.pattern, name):
            changes.update(rule.changes)
    return replace(vendor, **changes) if changes else vendor


def _address(url: str) -> tuple[str, int | None, str] | None:
    """Return host, port and path of an address in lower case; None for what is no address."""
    try:
        parts = urlsplit(url.strip() if "://" in url else f"//{url.strip()}")
        return (parts.hostname or "").rstrip("."), parts.port, parts.path.lower()
    except ValueError:
        return None


def _fit(place: str, host: str, *, port: int | None, path: str) -> int:
    """Return how exactly a place of the table describes an address; 0 if it does not."""
    address, slash, prefix = place.partition("/")
    name, _, wanted_port = address.partition(":")
    if wanted_port and port != int(wanted_port):
        return 0
    if slash and not f"{path}/".startswith(f"/{prefix}/"):
        return 0
    if name and not (host.endswith(name) if name[0] in ".-" else host == name):
        return 0
    return 1 + len(name) + 100 * bool(wanted_port) + 1000 * len(prefix)


def _by_path(vendor: Vendor, path: str) -> Vendor:
    """Follow an address that names its wire format, except at Google, whose dialects build their own paths."""
    if vendor.dialect in ("gemini", "vertex"):
        return vendor
    ends: dict[str, DialectName] = {
        "/chat/completions": "openai_chat",
        "/responses": "openai_responses",
        "/messages": "anthropic",
        "/anthropic": "anthropic",
        "/v1beta/models": "gemini",
    }
    dialect = next((dialect for end, dialect in ends.items() if path.rstrip("/").endswith(end)), None)
    return speaking(vendor, dialect) if dialect else vendor
