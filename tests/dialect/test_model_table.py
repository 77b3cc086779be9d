import pytest

from ccr.dialect.model_table import TABLE, UNKNOWN, ModelFacts, facts, listed, place


@pytest.mark.parametrize(
    ("model", "window", "max_output", "images"),
    [
        ("claude-opus-4-8", 1_000_000, 128_000, True),
        ("anthropic/claude-sonnet-4.5", 200_000, 64_000, True),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", 200_000, 64_000, True),
        ("claude-opus-4-20250514", 200_000, 32_000, True),
        ("claude-opus-4-5", 200_000, 64_000, True),
        ("claude-3-5-haiku-20241022", 200_000, 8192, True),
        ("claude-sonnet-4-20250514", 200_000, 64_000, True),
        ("claude-3-7-sonnet-20250219", 200_000, 64_000, True),
        ("claude-opus-5-5", 1_000_000, 128_000, True),
        ("gpt-4o-mini", 128_000, 16_384, True),
        ("openai/gpt-5-mini", 400_000, 128_000, True),
        ("gpt-5.1-chat-latest", 128_000, 16_384, True),
        ("gpt-4.1", 1_047_576, 32_768, True),
        ("o3", 200_000, 100_000, None),
        ("o4-mini", 200_000, 100_000, None),
        ("openai/gpt-oss-120b", 131_072, None, False),
        ("models/gemini-2.5-pro", 1_048_576, 65_536, True),
        ("gemini-3-pro-preview", 1_048_576, 65_536, True),
        ("deepseek-chat", 131_072, None, False),
        ("deepseek-flash", 1_000_000, None, True),
        ("deepseek/deepseek-v4-pro", 1_000_000, None, False),
        ("zai-org/GLM-5.3", 1_000_000, 131_072, False),
        ("MiniMax-M3", 1_000_000, None, True),
        ("MiniMax-M2.5", 204_800, None, False),
        ("grok-4.5", 500_000, None, True),
        ("deepseek-ai/DeepSeek-V3.2", 131_072, None, False),
        ("Qwen/Qwen3-Coder-480B-A35B-Instruct", 262_144, 65_536, False),
        ("qwen3-coder-plus", 1_000_000, 65_536, False),
        ("z-ai/glm-4.6:exacto", 200_000, None, False),
        ("glm-4.5v", 65_536, None, True),
        ("moonshotai/kimi-k2-0905", 262_144, None, False),
        ("moonshotai/kimi-k2.5", 262_144, None, True),
        ("grok-code-fast-1", 256_000, None, False),
        ("accounts/fireworks/models/llama-v3p1-70b-instruct", 131_072, None, False),
    ],
)
def test_facts(model: str, window: int, max_output: int | None, images: bool | None) -> None:
    found = facts(model)
    assert (found.window, found.max_output, found.images) == (window, max_output, images)


@pytest.mark.parametrize("model", ["", "m", "my-model", "local/model", "qwen2:7b"])
def test_other_models_are_unknown(model: str) -> None:
    assert facts(model) is UNKNOWN


def test_windows_hold_more_than_a_reply() -> None:
    assert all((row.facts.max_output or 0) <= (row.facts.window or 0) for row in TABLE)


@pytest.mark.parametrize(
    ("url", "model", "expected"),
    [
        ("https://u:p@a.example/v1?key=1", "org/m", 5),
        ("https://a.example/v1", "ORG/M", 5),
        ("https://a.example/v1", "org/m:online", 5),
        ("https://a.example/v1", "org/m:free", 3),
        ("https://a.example/v1", "other", None),
        ("https://b.example/v1", "org/m", None),
    ],
)
def test_listed(url: str, model: str, expected: int | None) -> None:
    told = {place("https://a.example/v1"): {"org/m": ModelFacts(5), "org/m:free": ModelFacts(3)}}
    assert listed(told, url, model).window == expected
