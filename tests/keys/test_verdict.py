"""What the client is told when nobody answered."""

import pytest

from ccr.keys.failure import Failure, Kind
from ccr.keys.verdict import Tried, Verdict, conclude

NAMES = ["p/a", "q/b", "r/c"]


def tried(
    kind: Kind, status: int, message: str = "no", *, at: int = 0, told: float | None = None, sent: bool = True
) -> Tried:
    return Tried(at, Failure(kind, status, message, "", told), "k", sent)


@pytest.mark.parametrize(
    ("tries", "status", "should_retry"),
    [
        ([tried("auth", 401)], 401, False),
        ([tried("auth", 401), tried("rate", 429, at=1, told=20.0)], 429, None),
        ([tried("rate", 429, told=20.0), tried("server", 503, at=1)], 503, None),
        ([tried("rate", 429, told=50.0), tried("rate", 429, at=1, told=20.0)], 429, None),
        ([tried("rate", 429, told=9000.0), tried("auth", 401, at=1)], 429, False),
        ([tried("model", 404), tried("auth", 401, at=1)], 404, False),
        ([tried("server", 500), tried("caller", 400, at=1)], 500, None),
        ([tried("auth", 401), tried("caller", 400, at=1)], 400, None),
        ([tried("auth", 401), tried("overflow", 400, at=1)], 400, None),
        ([tried("server", 529), tried("network", 502, at=1)], 529, None),
        ([tried("server", 503, sent=False), tried("auth", 401, at=1)], 401, False),
        ([tried("busy", 429, told=40.0, sent=False)], 429, None),
        ([], 503, None),
    ],
)
def test_status_is_the_one_that_makes_the_client_behave_best(
    tries: list[Tried], status: int, should_retry: bool | None
) -> None:
    verdict = conclude(tries)
    assert verdict.failure is not None
    assert (verdict.failure.status, verdict.should_retry) == (status, should_retry)


def test_the_soonest_reset_is_told() -> None:
    verdict = conclude([tried("rate", 429, told=50.0), tried("rate", 429, at=1, told=20.0)])
    assert verdict.failure is not None
    assert verdict.failure.retry_after == 20.0


def test_message_of_one_try_names_who_it_was() -> None:
    assert conclude([tried("auth", 401, "bad key")]).message(NAMES) == "[p/a] bad key"


def test_message_of_an_overflow_is_left_alone() -> None:
    overflow = tried("overflow", 400, "prompt is too long: 9 tokens > 8 maximum", at=1)
    assert conclude([tried("auth", 401), overflow]).message(NAMES).startswith("prompt is too long: 9 tokens")


def test_message_of_several_tries_lists_each() -> None:
    tries = [tried("auth", 401, "bad key"), tried("auth", 401, "bad key"), tried("rate", 429, "slow down", at=1)]
    tries.append(tried("server", 503, "it keeps failing", at=2, sent=False))
    assert conclude(tries).message(NAMES) == (
        "no upstream could answer: [p/a] 401 bad key (2 times); [q/b] 429 slow down; [r/c] not tried, it keeps failing"
    )


def test_message_without_any_try_says_so() -> None:
    assert conclude([]).message([]) == "no upstream could be tried"
    assert Verdict().failure is None
