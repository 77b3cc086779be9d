"""Why a reply ended, in the words of all vendors."""

from typing import Any

import pytest

from ccr.core.event import Finish, StopReason
from ccr.dialect.openai_chat.finish import BROKEN, Ending


def ended(*reasons: Any, stops: tuple[str, ...] = ()) -> Finish | None:
    ending = Ending(stops)
    for reason in reasons:
        assert ending.note(reason if isinstance(reason, dict) else {"finish_reason": reason}) is None
    return ending.finish


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("stop", "end_turn"),
        ("STOP", "end_turn"),
        ("eos", "end_turn"),
        ("tool_calls", "tool_use"),
        ("tool_call", "tool_use"),
        ("function_call", "tool_use"),
        ("length", "max_tokens"),
        ("MAX_TOKENS", "max_tokens"),
        ("model_length", "max_tokens"),
        ("content_filter", "refusal"),
        ("sensitive", "refusal"),
        ("something_new", "end_turn"),
        (True, "end_turn"),
        ({"type": "stop"}, "end_turn"),
    ],
)
def test_reasons_have_anthropics_words(word: Any, expected: StopReason) -> None:
    assert ended({"finish_reason": word}) == Finish(expected)


@pytest.mark.parametrize("word", [None, "", False, 0])
def test_no_reason_is_no_end(word: Any) -> None:
    assert ended(word) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("stop", "stop"), "end_turn"),
        (("tool_calls", "stop"), "tool_use"),
        (("stop", "tool_calls"), "end_turn"),
        (("stop", "length"), "max_tokens"),
        (("length", "stop"), "max_tokens"),
        (("content_filter", "length"), "refusal"),
        (("stop", "something_new"), "end_turn"),
        (("tool_calls", None, ""), "tool_use"),
    ],
)
def test_a_special_reason_outlives_plain_ones(words: tuple[Any, ...], expected: StopReason) -> None:
    assert ended(*words) == Finish(expected)


@pytest.mark.parametrize(
    ("matched", "expected"),
    [("END", Finish("stop_sequence", "END")), ("X", Finish("end_turn")), (7, Finish("end_turn"))],
)
def test_the_stop_sequence_is_told_if_it_is_one(matched: Any, expected: Finish) -> None:
    assert ended({"finish_reason": "stop", "stop_reason": matched}, stops=("END",)) == expected


def test_a_refusal_counts_more_than_the_reason() -> None:
    ending = Ending(())
    ending.refused = True
    ending.note({"finish_reason": "stop"})
    assert ending.finish == Finish("refusal")


@pytest.mark.parametrize("word", sorted(BROKEN))
def test_failures_are_faults(word: str) -> None:
    fault = Ending(()).note({"finish_reason": word})
    assert fault is not None
    assert (fault.status, fault.code) == (BROKEN[word], word)


def test_a_failure_says_what_the_vendor_says() -> None:
    fault = Ending(()).note({"finish_reason": "error", "error": {"code": 429, "message": "slow down"}})
    assert fault is not None
    assert (fault.status, fault.message) == (429, "slow down")


def test_a_reply_may_be_complete_without_a_reason() -> None:
    ending = Ending(())
    ending.complete()
    assert ending.finish == Finish("end_turn")
    late = Ending(())
    late.note({"finish_reason": "length"})
    late.complete()
    assert late.finish == Finish("max_tokens")
