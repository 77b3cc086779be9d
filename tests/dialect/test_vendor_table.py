import re
from typing import Any

import pytest
from msgspec.structs import asdict

from ccr.dialect.vendor import EFFORTS, DialectName, Vendor
from ccr.dialect.vendor_table import RULES, TABLE, UNKNOWN, Rule, find, for_model, is_at, is_known, named, speaking


@pytest.mark.parametrize(
    ("url", "name", "dialect"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai", "openai_chat"),
        ("https://api.openai.com/v1/responses", "openai", "openai_responses"),
        ("https://res.openai.azure.com/openai/deployments/d/chat/completions?api-version=1", "azure", "openai_chat"),
        ("https://res.openai.azure.com/openai/v1/responses", "azure", "openai_responses"),
        ("https://api.deepseek.com", "deepseek", "openai_chat"),
        ("https://api.deepseek.com/chat/completions", "deepseek", "openai_chat"),
        ("https://api.deepseek.com/anthropic", "deepseek-anthropic", "anthropic"),
        ("https://api.deepseek.com/anthropic/v1/messages", "deepseek-anthropic", "anthropic"),
        ("https://openrouter.ai/api/v1/chat/completions", "openrouter", "openai_chat"),
        ("https://openrouter.ai/api/v1/messages", "openrouter", "anthropic"),
        ("https://api.groq.com/openai/v1/chat/completions", "groq", "openai_chat"),
        ("https://api.cerebras.ai/v1/chat/completions", "cerebras", "openai_chat"),
        ("https://api.mistral.ai/v1/chat/completions", "mistral", "openai_chat"),
        ("https://codestral.mistral.ai/v1/chat/completions", "mistral", "openai_chat"),
        ("https://api.x.ai/v1/chat/completions", "xai", "openai_chat"),
        ("https://api.moonshot.cn/v1/chat/completions", "kimi", "openai_chat"),
        ("https://api.moonshot.ai/v1", "kimi", "openai_chat"),
        ("https://api.moonshot.ai/anthropic", "kimi-anthropic", "anthropic"),
        ("https://api.kimi.com/coding/v1/messages", "kimi", "anthropic"),
        ("https://open.bigmodel.cn/api/paas/v4/chat/completions", "glm", "openai_chat"),
        ("https://api.z.ai/api/coding/paas/v4", "glm", "openai_chat"),
        ("https://api.z.ai/api/anthropic", "glm-anthropic", "anthropic"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions", "qwen", "openai_chat"),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen", "openai_chat"),
        ("https://coding-intl.dashscope.aliyuncs.com/v1", "qwen", "openai_chat"),
        ("https://coding-intl.dashscope.aliyuncs.com/apps/anthropic", "qwen-anthropic", "anthropic"),
        ("https://api-inference.modelscope.cn/v1/chat/completions", "modelscope", "openai_chat"),
        ("https://api.siliconflow.cn/v1/chat/completions", "siliconflow", "openai_chat"),
        ("https://ark.cn-beijing.volces.com/api/v3/chat/completions", "volcengine", "openai_chat"),
        ("https://api.together.xyz/v1/chat/completions", "together", "openai_chat"),
        ("https://api.fireworks.ai/inference/v1/chat/completions", "fireworks", "openai_chat"),
        ("https://ai-gateway.vercel.sh/v1/chat/completions", "vercel", "openai_chat"),
        ("https://integrate.api.nvidia.com/v1/chat/completions", "nvidia", "openai_chat"),
        ("https://api.minimaxi.com/v1/chat/completions", "minimax", "openai_chat"),
        ("https://api.minimax.io/anthropic", "minimax-anthropic", "anthropic"),
        ("https://api.perplexity.ai/chat/completions", "perplexity", "openai_chat"),
        ("https://router.huggingface.co/v1/chat/completions", "huggingface", "openai_chat"),
        ("https://llm.chutes.ai/v1/chat/completions", "chutes", "openai_chat"),
        ("https://aihubmix.com/v1/chat/completions", "aihubmix", "openai_chat"),
        ("https://apis.iflow.cn/v1/chat/completions", "iflow", "openai_chat"),
        ("http://localhost:11434/v1/chat/completions", "ollama", "openai_chat"),
        ("http://192.168.1.9:11434/v1", "ollama", "openai_chat"),
        ("localhost:11434/v1", "ollama", "openai_chat"),
        ("http://127.0.0.1:1234/v1/chat/completions", "lmstudio", "openai_chat"),
        ("http://127.0.0.1:8080/v1/chat/completions", "local", "openai_chat"),
        ("http://localhost:8000/v1/messages", "local", "anthropic"),
        ("https://generativelanguage.googleapis.com/v1beta/models/", "gemini", "gemini"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "gemini-openai", "openai_chat"),
        ("https://aiplatform.googleapis.com", "vertex", "vertex"),
        ("https://us-east5-aiplatform.googleapis.com", "vertex", "vertex"),
        ("https://api.anthropic.com/v1/messages", "anthropic", "anthropic"),
        ("https://llm.example.org/v1/chat/completions", "unknown", "openai_chat"),
        ("https://llm.example.org/v1/messages", "unknown", "anthropic"),
    ],
)
def test_find_knows_the_address(url: str, name: str, dialect: str) -> None:
    vendor = find(url)
    assert (vendor.name, vendor.dialect) == (name, dialect)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com.example.org/v1",
        "https://notapi.openai.com/v1",
        "https://example.org/api.openai.com",
        "https://evil-openai.azure.com.example.org",
        "https://user@example.org:99999/v1",
        "http://[broken/v1",
        "",
        "   ",
    ],
)
def test_find_takes_no_look_alike_and_no_nonsense(url: str) -> None:
    assert find(url) == UNKNOWN


@pytest.mark.parametrize("url", ["HTTPS://API.DeepSeek.com/Anthropic", " https://api.deepseek.com./anthropic/ "])
def test_find_reads_addresses_as_dns_does(url: str) -> None:
    assert find(url).name == "deepseek-anthropic"


def test_path_prefixes_end_at_a_slash() -> None:
    assert find("https://api.deepseek.com/anthropical").name == "deepseek"


def test_unknown_messages_endpoint_gets_the_key_as_anthropic_does() -> None:
    assert find("https://llm.example.org/v1/messages").auth == "x-api-key"
    assert find("https://openrouter.ai/api/v1/messages").auth == "bearer"


@pytest.mark.parametrize("vendor", TABLE, ids=lambda vendor: vendor.name)
def test_row_has_a_source_and_consistent_facts(vendor: Vendor) -> None:
    assert vendor.source.startswith("https://")
    assert vendor.hosts
    assert named(vendor.name) is vendor
    assert is_consistent(vendor)


def test_named_does_not_guess() -> None:
    assert named("nobody") == UNKNOWN


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_rule_names_vendors_and_fields_that_exist(rule: Rule) -> None:
    assert set(rule.vendors.split()) <= {vendor.name for vendor in TABLE} | {"unknown"}
    assert rule.changes.keys() <= asdict(UNKNOWN).keys()
    assert re.compile(rule.pattern)


def is_consistent(vendor: Vendor) -> bool:
    """Tell whether an effort is asked for in known words, weakest first."""
    known = [effort for effort in vendor.efforts if effort != "default"]
    return known == sorted(known, key=EFFORTS.index) and (vendor.reasoning != "effort" or bool(vendor.efforts))


@pytest.mark.parametrize(
    ("name", "model", "expected"),
    [
        ("openai", "gpt-4o", {"dialect": "openai_chat", "sampling": True, "reasoning": "none"}),
        ("openai", "o3-mini", {"sampling": False, "stop": False, "efforts": ("low", "medium", "high")}),
        ("openai", "gpt-5", {"dialect": "openai_chat", "efforts": ("minimal", "low", "medium", "high")}),
        ("openai", "gpt-5-2025-08-07", {"efforts": ("minimal", "low", "medium", "high")}),
        ("openai", "gpt-5-chat-latest", {"sampling": True, "reasoning": "none"}),
        ("openai", "gpt-5.1", {"dialect": "openai_chat", "efforts": ("none", "low", "medium", "high")}),
        ("openai", "gpt-5.4", {"dialect": "openai_responses", "efforts": ("none", "low", "medium", "high", "xhigh")}),
        ("openai", "gpt-5-codex", {"dialect": "openai_responses"}),
        ("openai", "gpt-4o-search-preview", {"search_fields": {"web_search_options": {}}, "sampling": False}),
        ("unknown", "gpt-5", {"limit_field": "max_completion_tokens", "sampling": False, "dialect": "openai_chat"}),
        ("unknown", "some-model", {"limit_field": "max_tokens"}),
        ("azure", "gpt-5.1", {"dialect": "openai_chat", "efforts": ("none", "low", "medium", "high"), "fields": {}}),
        ("azure", "gpt-5.4", {"dialect": "openai_chat", "fields": {"reasoning_effort": "none"}}),
        ("deepseek", "deepseek-chat", {"max_output": 8192, "reasoning": "thinking", "replay": "reasoning_content"}),
        ("deepseek", "deepseek-reasoner", {"reasoning": "none", "required_tool_choice": False}),
        ("deepseek", "deepseek-v4-pro", {"max_output": 384_000, "efforts": ("low", "high", "max")}),
        ("openrouter", "anthropic/claude-sonnet-4", {"cache_control": True}),
        ("unknown", "claude-sonnet-4-20250514", {"cache_control": True}),
        ("local", "anthropic/claude-opus-4.1", {"cache_control": True}),
        ("unknown", "gpt-5", {"cache_control": False}),
        ("openai", "claude", {"cache_control": False}),
        ("openrouter", "moonshotai/kimi-k2", {"cache_control": False, "replay": "reasoning_details"}),
        ("groq", "openai/gpt-oss-120b", {"reasoning": "effort", "max_output": 65536, "json_schema": True}),
        ("groq", "qwen/qwen3-32b", {"efforts": ("none", "default"), "fields": {"reasoning_format": "parsed"}}),
        ("groq", "moonshotai/kimi-k2-instruct-0905", {"reasoning": "none", "max_output": 16384}),
        ("groq", "meta-llama/llama-4-scout-17b-16e-instruct", {"images": True}),
        ("mistral", "mistral-medium-3-5", {"efforts": ("none", "high"), "usage_option": False}),
        ("mistral", "zai-glm-5-2", {"reasoning": "effort", "efforts": ("none", "high")}),
        ("mistral", "zai-glm-5-3", {"reasoning": "effort", "efforts": ("low", "high", "max")}),
        ("mistral", "devstral-medium-latest", {"reasoning": "none", "tool_ids": "alnum9"}),
        ("xai", "grok-3-mini", {"reasoning": "effort", "efforts": ("low", "high"), "stop": False}),
        ("xai", "grok-4-fast-reasoning", {"reasoning": "none", "stop": False}),
        ("xai", "grok-4.5", {"efforts": ("low", "medium", "high")}),
        ("kimi", "kimi-k2-0905-preview", {"reasoning": "none", "sampling": True, "images": False}),
        ("kimi", "kimi-k2.6", {"reasoning": "thinking", "sampling": False, "images": True}),
        (
            "kimi",
            "kimi-k3",
            {"reasoning": "effort", "efforts": ("low", "high", "max"), "required_tool_choice": True},
        ),
        ("deepseek", "deepseek-flash", {"images": True}),
        ("deepseek", "deepseek-pro", {"images": False}),
        ("glm", "glm-5.2", {"reasoning": "thinking", "efforts": ("low", "high", "max")}),
        ("glm", "glm-5.3", {"reasoning": "effort", "efforts": ("low", "high", "max"), "max_output": 131072}),
        ("minimax", "MiniMax-M3", {"reasoning": "thinking", "images": True}),
        ("together", "zai-org/GLM-5.3", {"reasoning": "effort", "efforts": ("low", "medium", "high", "max")}),
        ("fireworks", "accounts/fireworks/models/glm-5p3", {"efforts": ("none", "high", "max")}),
        (
            "fireworks",
            "accounts/fireworks/models/deepseek-v4-flash",
            {"efforts": ("none", "low", "medium", "high", "xhigh")},
        ),
        ("glm", "glm-4.5-air", {"reasoning": "thinking", "max_output": 98304, "images": False}),
        ("glm", "GLM-5", {"max_output": 131072, "fields": {"tool_stream": True}}),
        ("glm", "glm-4.5v", {"images": True, "max_output": 16384}),
        ("glm", "glm-4-plus", {"reasoning": "none"}),
        ("qwen", "qwen3-coder-plus", {"reasoning": "none", "max_output": 65536, "images": False}),
        ("qwen", "qwen-plus", {"reasoning": "enable_thinking", "max_output": 32768}),
        ("qwen", "qwen3-235b-a22b-thinking-2507", {"reasoning": "none"}),
        ("qwen", "qwen3.6-plus", {"reasoning": "enable_thinking", "images": True, "max_output": 65536}),
        ("qwen", "qwen-vl-max", {"images": True}),
        ("modelscope", "Qwen/Qwen3-235B-A22B", {"reasoning": "enable_thinking"}),
        ("modelscope", "Qwen/Qwen3-Coder-480B-A35B-Instruct", {"reasoning": "none"}),
        ("siliconflow", "moonshotai/Kimi-K2-Instruct", {"reasoning": "none", "max_output": 16384}),
        ("volcengine", "deepseek-v3-250324", {"reasoning": "none", "replay": "none"}),
        ("volcengine", "deepseek-v3-1-terminus", {"reasoning": "thinking", "replay": "reasoning_content"}),
        (
            "volcengine",
            "doubao-seed-1-6-250615",
            {"reasoning": "thinking", "efforts": ("minimal", "low", "medium", "high")},
        ),
        ("minimax", "MiniMax-M2.1", {"fields": {"reasoning_split": True}, "images": False}),
        ("ollama", "gpt-oss:20b", {"reasoning": "effort", "replay": "reasoning"}),
        ("ollama", "qwen2.5-coder:latest", {"reasoning": "none", "replay": "none"}),
        ("ollama", "qwen3-coder:30b", {"reasoning": "none"}),
    ],
)
def test_for_model_knows_the_models_own_rules(name: str, model: str, expected: dict[str, Any]) -> None:
    vendor = for_model(UNKNOWN if name == "unknown" else named(name), model)
    assert {key: getattr(vendor, key) for key in expected} == expected
    assert is_consistent(vendor)


def test_for_model_without_a_rule_is_the_vendor_itself() -> None:
    vendor = named("together")
    assert for_model(vendor, "meta-llama/Llama-3.3-70B-Instruct-Turbo") is vendor


@pytest.mark.parametrize(
    ("name", "dialect", "auth"),
    [
        ("unknown", "anthropic", "x-api-key"),
        ("local", "gemini", "x-goog-api-key"),
        ("local", "openai_chat", "bearer"),
        ("openrouter", "anthropic", "bearer"),
        ("gemini-openai", "gemini", "x-goog-api-key"),
        ("unknown", "vertex", "google"),
        ("azure", "openai_responses", "api-key"),
    ],
)
def test_speaking_sends_the_key_as_the_wire_format_has_it(name: str, dialect: DialectName, auth: str) -> None:
    vendor = speaking(UNKNOWN if name == "unknown" else named(name), dialect)
    assert (vendor.dialect, vendor.auth) == (dialect, auth)


def test_known_means_that_the_address_says_who_answers() -> None:
    assert is_known(named("ollama"))
    assert not is_known(UNKNOWN)
    assert not is_known(named("local"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.z.ai/api/paas/v4", True),
        ("api.z.ai/api/paas", True),
        ("https://api.z.ai/api/coding/paas/v4", False),
        ("https://eu.groq.com", True),
        ("https://groq.com.example", False),
        ("http://[", False),
    ],
)
def test_address_is_at_a_place(url: str, expected: bool) -> None:
    assert is_at(url, ("api.z.ai/api/paas", ".groq.com")) is expected
