import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.event import Text, Thinking
from ccr.core.tagscan import THINK_TAGS, TagScanner

PIECES = (
    "<think>",
    "</think>",
    "<thi",
    "nk>",
    "[THINK]",
    "[/THINK]",
    "`",
    "```",
    "\n",
    " ",
    "<",
    "word",
    "ö",
    "<|end|>",
)


def scan(*pieces: str) -> tuple[str, str]:
    """Return (thought, said) of a text that comes in pieces."""
    scanner = TagScanner()
    events = [event for piece in pieces for event in scanner.feed(piece)] + list(scanner.flush())
    assert all(event.text for event in events)
    thought = "".join(event.text for event in events if isinstance(event, Thinking))
    return thought, "".join(event.text for event in events if isinstance(event, Text))


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ("<think>why</think>because", "why", "because"),
        ("\n<think>\nwhy\n</think>\n\nbecause\n", "why\n", "because\n"),
        ("<think>\n\n</think>\n\nbecause", "", "because"),
        ("<thinking>why</thinking>because", "why", "because"),
        ("[THINK]why[/THINK]because", "why", "because"),
        ("◁think▷why◁/think▷because", "why", "because"),
        ("<think>a < b </thin</think>c", "a < b </thin", "c"),
        ("<think>a <think> b</think>c", "a <think> b", "c"),
        ("first<think>why</think>then", "why", "firstthen"),
        ("<think>one</think>two<think>three</think>four", "onethree", "twofour"),
        ("no tags at all", "", "no tags at all"),
        ("  indented", "", "  indented"),
        ("   ", "", ""),
        ("<think>never closed", "never closed", ""),
        ("an end without beginning</think>answer", "", "an end without beginninganswer"),
        ("almost <thin", "", "almost <thin"),
        ("`<think>` is a tag", "", "`<think>` is a tag"),
        ("``a ` <think>`` b", "", "``a ` <think>`` b"),
        ("an odd ` tick\n<think>why</think>x", "why", "an odd ` tick\nx"),
        ("```xml\n<think>\n</think>\n```\n<think>why</think>x", "why", "```xml\n<think>\n</think>\n```\nx"),
        (
            "<|channel|>analysis<|message|>why<|end|><|start|>assistant<|channel|>final<|message|>x<|return|>",
            "why",
            "x",
        ),
    ],
)
def test_scan_splits_thinking_from_answer_however_it_is_cut(text: str, thought: str, said: str) -> None:
    assert scan(text) == (thought, said)
    assert scan(*text) == (thought, said)
    for position in range(len(text)):
        assert scan(text[:position], text[position:]) == (thought, said)


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.data())
def test_scan_does_not_depend_on_the_cuts(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    assert scan(*(text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True))) == scan(text)


@given(st.text(alphabet="<>/thinkTHINK[]` \nab", max_size=30).filter(lambda text: not any(m in text for m in marks())))
def test_text_without_a_tag_passes_unchanged(text: str) -> None:
    assert scan(*text) == ("", text if text.strip() else "")


def marks() -> set[str]:
    return {*THINK_TAGS, *THINK_TAGS.values()}


def test_scan_says_what_is_certain_at_once() -> None:
    scanner = TagScanner()
    assert list(scanner.feed("Hello <")) == [Text("Hello ")]
    assert list(scanner.feed("b> and <think>so")) == [Text("<b> and "), Thinking("so")]
    assert list(scanner.feed(" it goes</")) == [Thinking(" it goes")]
    assert list(scanner.feed("think>")) == []
    assert list(scanner.feed(" \n")) == []
    assert list(scanner.feed(" on")) == [Text("on")]


def test_flush_begins_anew() -> None:
    scanner = TagScanner()
    assert list(scanner.feed("<think>a")) == [Thinking("a")]
    assert list(scanner.flush()) == []
    assert list(scanner.feed("b")) == [Text("b")]


def test_other_tags_may_be_given() -> None:
    scanner = TagScanner({"<r>": "</r>"})
    assert list(scanner.feed("<r>a</r><think>b")) == [Thinking("a"), Text("<think>b")]
