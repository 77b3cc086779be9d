"""Thinking between tags at the very beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.event import Text, Thinking
from ccr.dialect.openai_chat.leading import TAGS, LeadingThought


def split(text: str, step: int = 1000, *, known: bool = False) -> list[Text | Thinking]:
    """Return what the text, in pieces, is split into; pieces of one kind are joined."""
    scanner = LeadingThought()
    scanner.known = known
    found = [piece for i in range(0, len(text), step) for piece in scanner.feed(text[i : i + step])]
    joined: list[Text | Thinking] = []
    for piece in [*found, *scanner.flush()]:
        assert piece.text
        if joined and type(joined[-1]) is type(piece):
            joined[-1] = type(piece)(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>a</think>b", [Thinking("a"), Text("b")]),
        ("\n <think>\na\n</think>\n\nb", [Thinking("a\n"), Text("b")]),
        ("<think>\n\n</think>\n\nb", [Text("b")]),
        ("<think>a", [Thinking("a")]),
        ("<think>a</thi", [Thinking("a</thi")]),
        ("<think>a<b></think>c</think>", [Thinking("a<b>"), Text("c</think>")]),
        ("a <think>b</think>", [Text("a <think>b</think>")]),
        ("<think>a</think>b<think>c</think>", [Thinking("a"), Text("b<think>c</think>")]),
        ("[THINK]a[/THINK]b", [Thinking("a"), Text("b")]),
        ("<thinking>a</thinking>", [Text("<thinking>a</thinking>")]),
        ("<thi", [Text("<thi")]),
        ("<", [Text("<")]),
        ("  a  ", [Text("  a  ")]),
        ("  ", [Text("  ")]),
        ("", []),
    ],
    ids=repr,
)
@pytest.mark.parametrize("step", [1, 2, 1000])
def test_leading_thought_is_told_from_the_answer(text: str, expected: list[Text | Thinking], step: int) -> None:
    assert split(text, step) == expected


PIECES = st.sampled_from([*TAGS, *TAGS.values(), "<th", "ink>", " ", "\n", "a", "<"])


@given(st.lists(PIECES, max_size=8).map("".join), st.integers(1, 5))
def test_leading_thought_is_the_same_at_any_cut(text: str, step: int) -> None:
    assert split(text, step) == split(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("</think>", []),
        ("\n</think>\n\na", [Text("a")]),
        ("</thi", [Text("</thi")]),
        ("a</think>", [Text("a</think>")]),
        ("<think>a</think>b", [Thinking("a"), Text("b")]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("step", [1, 2, 1000])
def test_closing_tag_is_dropped_where_the_thinking_is_known(
    text: str, expected: list[Text | Thinking], step: int
) -> None:
    assert split(text, step, known=True) == expected


def test_leading_thought_is_interrupted_by_what_is_no_text() -> None:
    scanner = LeadingThought()
    assert scanner.feed("<thi") == []
    assert scanner.flush() == [Text("<thi")]
    assert scanner.feed("nk>a") == [Text("nk>a")]
    thinking = LeadingThought()
    thinking.feed("<think>a")
    assert thinking.flush() == []
    assert thinking.feed("b</think>c") == [Thinking("b"), Text("c")]
