import pytest

from ccr.tokens.calibration import HIGHEST, LOWEST, Calibration

PAIR = ("deepseek", "chat")


def test_unknown_model_is_taken_as_counted() -> None:
    assert Calibration().adjust(*PAIR, 12_345) == 12_345


def test_first_observation_is_believed() -> None:
    calibration = Calibration()
    calibration.observe(*PAIR, counted=10_000, reported=12_000)
    assert calibration.adjust(*PAIR, 5_000) == 6_000


def test_models_are_learnt_apart() -> None:
    calibration = Calibration()
    calibration.observe(*PAIR, counted=10_000, reported=12_000)
    assert calibration.ratio("deepseek", "coder") == calibration.ratio("other", "chat") == 1.0


def test_count_comes_within_a_tenth_of_a_provider_that_differs_by_a_third() -> None:
    calibration = Calibration()
    for turn in range(1, 20):
        calibration.observe(*PAIR, counted=turn * 2_000, reported=round(turn * 2_000 * 1.33) + (-1) ** turn * 50)
    assert calibration.adjust(*PAIR, 50_000) == pytest.approx(66_500, rel=0.02)


def test_ratio_follows_a_lasting_change() -> None:
    calibration = Calibration()
    for _ in range(50):
        calibration.observe(*PAIR, counted=1_000, reported=1_000)
    for _ in range(20):
        calibration.observe(*PAIR, counted=1_000, reported=1_500)
    assert calibration.ratio(*PAIR) == pytest.approx(1.5, rel=0.01)


def test_one_odd_observation_moves_a_settled_ratio_little() -> None:
    calibration = Calibration()
    for _ in range(50):
        calibration.observe(*PAIR, counted=1_000, reported=1_100)
    calibration.observe(*PAIR, counted=1_000, reported=2_000)
    assert calibration.ratio(*PAIR) < 1.3


@pytest.mark.parametrize(
    ("counted", "reported"),
    [
        pytest.param(0, 10, id="nothing counted"),
        pytest.param(100, 150, id="too small to tell"),
        pytest.param(10_000, 0, id="no usage"),
        pytest.param(10_000, 300, id="only the part that was not cached"),
        pytest.param(1_000, 90_000, id="another prompt"),
        pytest.param(10_000, -5, id="nonsense"),
    ],
)
def test_implausible_observation_is_passed_over(counted: int, reported: int) -> None:
    calibration = Calibration()
    calibration.observe(*PAIR, counted=counted, reported=reported)
    assert calibration.ratio(*PAIR) == 1.0


@pytest.mark.parametrize(("reported", "expected"), [(3_500, HIGHEST), (300, LOWEST)])
def test_ratio_stays_within_its_limits(reported: int, expected: float) -> None:
    calibration = Calibration()
    calibration.observe(*PAIR, counted=1_000, reported=reported)
    assert calibration.ratio(*PAIR) == expected


@pytest.mark.parametrize(("tokens", "expected"), [(0, 0), (1, 1), (3, 2)])
def test_adjusted_count_is_nothing_only_for_nothing(tokens: int, expected: int) -> None:
    calibration = Calibration()
    calibration.observe(*PAIR, counted=1_000, reported=500)
    assert calibration.adjust(*PAIR, tokens) == expected


def test_longest_unobserved_pair_is_forgotten_first() -> None:
    calibration = Calibration(limit=3)
    for model in ("a", "b", "a", "c", "d"):
        calibration.observe("p", model, counted=1_000, reported=1_200)
    known = {model for model in "abcd" if calibration.ratio("p", model) != 1.0}
    assert known == {"a", "c", "d"}


def test_replies_from_which_nothing_can_be_learnt_are_tried_and_then_left_alone() -> None:
    calibration = Calibration()
    calibration.observe(*PAIR, counted=100, reported=100)
    assert calibration.tried(*PAIR) == 0
    calibration.observe(*PAIR, counted=10_000, reported=300)
    assert calibration.tried(*PAIR) == 1
    assert calibration.ratio(*PAIR) == 1.0
