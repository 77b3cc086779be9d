"""The reasoning that led to tool calls is remembered, up to a limit."""

from ccr.core.recall import Recall


def block(text: str) -> dict[str, str]:
    return {"type": "thinking", "thinking": text, "signature": "s"}


def test_all_calls_of_a_reply_share_its_blocks() -> None:
    recall = Recall()
    recall.note(["a", "b"], [block("hm")])
    assert recall.blocks("a") == recall.blocks("b") == (block("hm"),)
    assert recall.blocks("c") == ()


def test_calls_without_reasoning_are_not_noted() -> None:
    recall = Recall()
    recall.note(["a"], [])
    assert recall.blocks("a") == ()


def test_a_newer_note_replaces_the_older() -> None:
    recall = Recall()
    recall.note(["a"], [block("old")])
    recall.note(["a"], [block("new")])
    assert recall.blocks("a") == (block("new"),)


def test_the_oldest_go_when_it_is_full() -> None:
    recall = Recall(limit=1000)
    for name in "abcd":
        recall.note([name], [block(name * 400)])
    assert [bool(recall.blocks(name)) for name in "abcd"] == [False, False, True, True]
    recall.note(["huge"], [block("x" * 5000)])
    assert recall.blocks("huge") == ()
