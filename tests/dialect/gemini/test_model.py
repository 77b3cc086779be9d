"""What is read from a model's name."""

import pytest

from ccr.dialect.gemini.model import model_of

LOW = ("low", "medium", "high")
ALL = ("minimal", *LOW)


@pytest.mark.parametrize(
    ("name", "version", "tier", "thinking"),
    [
        ("gemini-2.5-pro", (2, 5), "pro", "budget"),
        ("gemini-2.5-pro-preview-03-25", (2, 5), "pro", "budget"),
        ("gemini-2.5-flash", (2, 5), "flash", "budget"),
        ("gemini-2.5-flash-lite", (2, 5), "flash-lite", "budget"),
        ("gemini-2.5-flash-image", (2, 5), "flash", "none"),
        ("gemini-2.0-flash", (2, 0), "flash", "none"),
        ("gemini-1.5-pro-002", (1, 5), "pro", "none"),
        ("models/gemini-3-pro-preview", (3, 0), "pro", "level"),
        ("google/gemini-3.1-flash-lite", (3, 1), "flash-lite", "level"),
        ("gemini-4-hydrogen", (4, 0), "other", "level"),
        ("gemini-exp-1206", (0, 0), "other", "none"),
        ("gemma-3-27b-it", (0, 0), "other", "none"),
        ("my-tuned-model", (0, 0), "other", "none"),
    ],
)
def test_model_of_reads_family(name: str, version: tuple[int, int], tier: str, thinking: str) -> None:
    model = model_of(name)
    assert (model.version, model.tier, model.thinking) == (version, tier, thinking)


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("gemini-3-pro-preview", ("low", "high")),
        ("gemini-3.1-pro-preview", LOW),
        ("gemini-3-flash-preview", ALL),
        ("gemini-3.6-flash", ALL),
        ("gemini-3.7-flash", LOW),
        ("gemini-3.8-flash", LOW),
        ("gemini-3.5-flash-lite", ALL),
        ("gemini-flash-latest", LOW),
        ("gemini-flash-lite-latest", LOW),
        ("gemini-2.5-pro", ()),
    ],
)
def test_model_of_knows_thinking_levels(name: str, levels: tuple[str, ...]) -> None:
    assert model_of(name).levels == levels


@pytest.mark.parametrize(
    ("name", "budget", "stoppable"),
    [
        ("gemini-2.5-pro", (128, 32768), False),
        ("gemini-2.5-flash", (0, 24576), True),
        ("gemini-2.5-flash-lite", (512, 24576), True),
    ],
)
def test_model_of_knows_thinking_budgets(name: str, budget: tuple[int, int], stoppable: bool) -> None:
    model = model_of(name)
    assert (model.budget, model.stoppable) == (budget, stoppable)


@pytest.mark.parametrize(
    ("name", "signs", "samples", "continues", "max_output"),
    [
        ("gemini-2.0-flash", False, True, True, 8192),
        ("gemini-2.5-pro", False, True, True, 65536),
        ("gemini-3-pro-preview", True, True, True, 65536),
        ("gemini-3.5-flash", True, True, True, 65536),
        ("gemini-3.5-flash-lite", True, False, False, 65536),
        ("gemini-3.6-flash", True, False, False, 65536),
        ("gemini-flash-latest", True, False, False, 65536),
        ("gemma-3-27b-it", False, True, True, 8192),
        ("my-tuned-model", False, True, True, None),
    ],
)
def test_model_of_knows_what_requests_may_hold(
    name: str, signs: bool, samples: bool, continues: bool, max_output: int | None
) -> None:
    model = model_of(name)
    assert (model.signs, model.samples, model.continues, model.max_output) == (signs, samples, continues, max_output)


def test_model_of_gemma_takes_no_system_instruction_before_its_fourth_version() -> None:
    assert [model_of(n).system for n in ("gemma-3-27b-it", "gemma-4-31b-it", "gemini-2.5-pro")] == [False, True, True]
