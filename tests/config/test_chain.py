"""Every way to write transformer entries gives one shape."""

from typing import Any

import pytest

from ccr.config.chain import chains
from ccr.config.problem import Report
from ccr.config.schema import Chains, Entry


def read(raw: Any, *models: str) -> tuple[Chains, list[str]]:
    report = Report()
    found = chains(raw, models=models, path="t", report=report)
    return found, [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (["deepseek"], (Entry("deepseek"),)),
        ("deepseek", (Entry("deepseek"),)),
        (
            [["maxtoken", {"max_tokens": 8}], "enhancetool"],
            (Entry("maxtoken", {"max_tokens": 8}), Entry("enhancetool")),
        ),
        ([["deepseek"], ["groq", None]], (Entry("deepseek"), Entry("groq"))),
        ([{"name": "maxtoken", "options": {"max_tokens": 8}}], (Entry("maxtoken", {"max_tokens": 8}),)),
        ([{"name": " maxtoken "}], (Entry("maxtoken"),)),
        ([{"path": "~/my/glm.js", "options": {"a": 1}}], (Entry("glm", {"a": 1}, "~/my/glm.js"),)),
        ([{"path": "C:\\my\\glm.py", "name": "mine"}], (Entry("mine", {}, "C:\\my\\glm.py"),)),
        ([None], ()),
        ([], ()),
    ],
)
def test_chains_of_provider(use: Any, expected: tuple[Entry, ...]) -> None:
    assert read({"use": use}) == (Chains(provider=expected), [])


def test_chains_of_models() -> None:
    found, problems = read(
        {
            "use": ["deepseek"],
            "deepseek-chat": {"use": ["tooluse"]},
            "Qwen/Qwen3": {"use": [["maxtoken", {"max_tokens": 1}]]},
        }
    )
    assert found == Chains(
        provider=(Entry("deepseek"),),
        models={"deepseek-chat": (Entry("tooluse"),), "Qwen/Qwen3": (Entry("maxtoken", {"max_tokens": 1}),)},
    )
    assert problems == []


def test_chains_take_scalars_beside_use_for_entries_without_options() -> None:
    found, problems = read(
        {"use": ["maxtoken", ["sampling", {"top_p": 1}]], "max_tokens": 16384, "m": {"use": ["x"], "y": 2}}
    )
    assert found.provider == (Entry("maxtoken", {"max_tokens": 16384}), Entry("sampling", {"top_p": 1}))
    assert found.models == {"m": (Entry("x", {"y": 2}),)}
    assert problems == []


@pytest.mark.parametrize(("raw", "expected"), [(None, ()), ("groq", (Entry("groq"),)), (["groq"], (Entry("groq"),))])
def test_chains_without_use(raw: Any, expected: tuple[Entry, ...]) -> None:
    assert read(raw) == (Chains(provider=expected), [])


def test_chains_take_a_plain_list_for_a_known_model() -> None:
    assert read({"m": ["tooluse"]}, "m") == (Chains(models={"m": (Entry("tooluse"),)}), [])


def test_chains_mend_a_forgotten_pair_of_brackets() -> None:
    found, problems = read({"use": ["groq", "maxtoken", {"max_tokens": 8}]})
    assert found.provider == (Entry("groq"), Entry("maxtoken", {"max_tokens": 8}))
    assert len(problems) == 1
    assert problems[0].startswith("t.use[2]: is taken as the options of 'maxtoken'")


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (7, "t: must be an object"),
        ({"use": [7]}, "t.use[0]: is not a transformer"),
        ({"use": [[]]}, "t.use[0]: is not a transformer"),
        ({"use": [""]}, "t.use[0]: is not a transformer"),
        ({"use": [{"name": 5}]}, "t.use[0]: is not a transformer"),
        ({"use": [{"name": "x", "options": 5}]}, "t.use[0]: is not a transformer"),
        ({"use": [["x", {}, {}]]}, "t.use[0]: is not a transformer"),
        ({"use": ["a"], "m": {"uses": ["x"]}}, "t.m: lacks `use`"),
        ({"use": ["a"], "m": ["x"]}, "t.m: lacks `use`"),
    ],
)
def test_chains_say_what_is_left_out(raw: Any, place: str) -> None:
    _, problems = read(raw)
    assert len(problems) == 1
    assert problems[0].startswith(place)


def test_chains_share_no_options_between_entries() -> None:
    found, _ = read({"use": ["a", "b"], "x": 1})
    assert found.provider[0].options is not found.provider[1].options
