"""What Claude's names tell."""

import pytest

from ccr.dialect.anthropic.claude import is_claude, on_vertex, read_model
from tests.dialect.target import target


@pytest.mark.parametrize(
    ("name", "family", "version"),
    [
        ("claude-3-opus-20240229", "opus", (3, 0)),
        ("claude-3-5-haiku-20241022", "haiku", (3, 5)),
        ("claude-3-7-sonnet-latest", "sonnet", (3, 7)),
        ("claude-sonnet-4-20250514", "sonnet", (4, 0)),
        ("claude-opus-4-1-20250805", "opus", (4, 1)),
        ("claude-sonnet-4-5@20250929", "sonnet", (4, 5)),
        ("anthropic/claude-sonnet-4.5", "sonnet", (4, 5)),
        ("anthropic.claude-opus-4-6-v1", "opus", (4, 6)),
        ("claude-opus-4-8", "opus", (4, 8)),
        ("claude-haiku-5-5", "haiku", (5, 5)),
        ("claude-sonnet-5", "sonnet", (5, 0)),
        ("Claude-Opus-5-5", "opus", (5, 5)),
        ("claude-mythos-preview", "mythos", (99, 0)),
    ],
)
def test_name_is_read(name: str, family: str, version: tuple[int, int]) -> None:
    assert read_model(name) == (family, version)


@pytest.mark.parametrize("name", ["claude-2.1", "claude-mock", "gpt-5", "opus-4-8", ""])
def test_other_names_tell_nothing(name: str) -> None:
    assert read_model(name) is None


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        # thinks, budget, adaptive, can stop, sampling, prefill, format, late system
        ("claude-3-5-haiku-20241022", "- - - stop sampling prefill - -"),
        ("claude-3-7-sonnet-latest", "thinks budget - stop sampling prefill - -"),
        ("claude-opus-4-1", "thinks budget - stop sampling prefill format -"),
        ("claude-sonnet-4-5", "thinks budget - stop sampling prefill format -"),
        ("claude-opus-4-6", "thinks budget adaptive stop sampling - format -"),
        ("claude-opus-4-7", "thinks - adaptive stop - - format -"),
        ("claude-opus-4-8", "thinks - adaptive stop - - format system"),
        ("claude-sonnet-5", "thinks - adaptive stop - - format -"),
        ("claude-fable-5", "thinks - adaptive - - - format system"),
    ],
)
def test_models_differ(name: str, facts: str) -> None:
    model = read_model(name)
    assert model is not None
    found = [
        (model.thinks, "thinks"),
        (model.takes_budget, "budget"),
        (model.takes_adaptive, "adaptive"),
        (model.can_stop_thinking, "stop"),
        (model.takes_sampling, "sampling"),
        (model.takes_prefill, "prefill"),
        (model.takes_format, "format"),
        (model.takes_late_system, "system"),
    ]
    assert " ".join(word if fact else "-" for fact, word in found) == facts


@pytest.mark.parametrize(
    ("name", "strongest"),
    [("claude-sonnet-4-5", None), ("claude-opus-4-5", "high"), ("claude-opus-4-6", "max"), ("claude-opus-5", "max")],
)
def test_efforts(name: str, strongest: str | None) -> None:
    model = read_model(name)
    assert model is not None
    assert (model.efforts[-1] if model.efforts else None) == strongest


@pytest.mark.parametrize(
    ("host", "model", "claude", "vertex"),
    [
        ("anthropic", "claude-opus-5", True, False),
        ("vertex", "claude-opus-5", True, True),
        ("gateway", "claude-opus-5", True, False),
        ("local", "claude-mock", True, False),
        ("local", "qwen3", False, False),
        ("deepseek", "claude-opus-5", False, False),
        ("glm", "glm-5", False, False),
    ],
)
def test_who_is_claude(host: str, model: str, claude: bool, vertex: bool) -> None:
    at = target(host, model)
    assert (is_claude(at), on_vertex(at)) == (claude, vertex)
