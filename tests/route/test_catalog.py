import pytest

from ccr.route.catalog import Catalog, Model, Target
from tests.route.samples import CATALOG


@pytest.mark.parametrize(("given", "found"), [("Main", "Main"), ("mAIN", "Main"), ("mai", None), ("", None)])
def test_provider_is_found_whatever_the_case(given: str, found: str | None) -> None:
    assert CATALOG.find_provider(given) == found


def test_exact_spelling_wins_over_another_case() -> None:
    catalog = Catalog({"MIX": {"A": Model(), "a": Model()}, "mix": {}})
    assert catalog.find_provider("mix") == "mix"
    assert catalog.find_model("MIX", "a") == "a"


@pytest.mark.parametrize(
    ("target", "window"),
    [
        (Target("Main", "big"), 200_000),
        (Target("openrouter", "huge:online"), 1_000_000),
        (Target("local", "qwen:7b"), None),
        (Target("Main", "other"), None),
        (Target("gone", "big"), None),
    ],
)
def test_known_of_a_target(target: Target, window: int | None) -> None:
    assert CATALOG.known(target).window == window
