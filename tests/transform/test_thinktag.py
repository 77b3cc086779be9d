from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccr.core.event import (
    Citation,
    Event,
    Finish,
    Signature,
    Start,
    Text,
    Thinking,
    ToolArgs,
    ToolEnd,
    ToolStart,
    UsageSeen,
)
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.transform.thinktag import KEPT
from tests.grammar import joined, run
from tests.transform.case import context, edit, make, request

END = Finish("end_turn")
TOOL: list[Event] = [ToolStart(0, "t", "Bash"), ToolArgs(0, "{}"), ToolEnd(0)]
USAGE = UsageSeen(Usage(1, 1))


def passed(name: str, *events: Event) -> list[Event]:
    found = make(name).filter(context())
    assert found is not None
    return joined(run(found, events))


@pytest.mark.parametrize(
    ("name", "opening", "closing"),
    [("extrathinktag", "<think>", "</think>"), ("forcereasoning", "<reasoning_content>", "</reasoning_content>")],
)
@given(cuts=st.sets(st.integers(0, 60)))
def test_thoughts_between_tags_are_thinking_however_the_text_is_cut(
    name: str, opening: str, closing: str, cuts: set[int]
) -> None:
    text = f"\n{opening}\nwhy so{closing}\n\nThat is why."
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(text)), len(text)]
    pieces = [Text(text[a:b]) for a, b in pairwise(places)]
    assert passed(name, Start(), *pieces, END) == [Start(), Thinking("why so"), Text("That is why."), END]


@pytest.mark.parametrize("name", ["extrathinktag", "forcereasoning"])
def test_text_without_tags_is_all_there(name: str) -> None:
    events = [Start(), Text("No tag "), USAGE, Text("ever <"), Text("b>."), *TOOL, Text("Done <th"), END, USAGE]
    assert without_usage(passed(name, *events)) == without_usage(events)


def without_usage(events: list[Event]) -> list[Event]:
    return joined(event for event in events if not isinstance(event, UsageSeen))


def test_usage_in_every_chunk_does_not_cut_a_tag() -> None:
    assert passed("extrathinktag", Text("<thi"), USAGE, Text("nk>a</think>b"), END) == [
        USAGE,
        Thinking("a"),
        Text("b"),
        END,
    ]


@pytest.mark.parametrize("event", [Signature("s"), Citation("https://example.org"), TOOL[0], Thinking("own")])
def test_what_is_no_text_comes_after_the_text_before_it(event: Event) -> None:
    found = make("extrathinktag").filter(context())
    assert found is not None
    assert [*found.feed(Text("so <th")), *found.feed(event)] == [Text("so "), Text("<th"), event]


def test_unclosed_thinking_ends_with_the_tool() -> None:
    assert passed("extrathinktag", Text("<think>let me"), *TOOL, Text("see"), END) == [
        Thinking("let me"),
        *TOOL,
        Text("see"),
        END,
    ]


def test_reply_that_breaks_off_keeps_what_it_had() -> None:
    assert passed("extrathinktag", Text("<think>a</thi")) == [Thinking("a</thi")]


def test_forced_model_is_told_in_the_system_prompt_and_not_asked_to_think() -> None:
    where = context("deepseek", "deepseek-chat")
    sent = edit("forcereasoning", None, request(), where)
    assert "<reasoning_content>" in sent["messages"][0]["content"][-1]["text"]
    assert sent["messages"][-1] == request()["messages"][-1]
    assert "reasoning" not in sent
    assert where.vendor.replay == "none"


def test_forced_model_sees_its_thoughts_in_their_tags() -> None:
    assistant = edit("forcereasoning", None, request(), context())["messages"][2]
    assert "thinking" not in assistant
    assert assistant["content"] == [
        {"type": "text", "text": "<reasoning_content>ls will do</reasoning_content>\n"},
        {"type": "text", "text": "Let me see."},
    ]


@pytest.mark.parametrize(("turns", "shown"), [(3, 3), (KEPT, 10), (19, 19), (20, 10), (29, 19), (30, 10)])
def test_forced_model_sees_the_latest_thoughts_only(turns: int, shown: int) -> None:
    messages: list[Json] = []
    for turn in range(turns):
        thought = {"type": "thinking", "thinking": f"thought {turn}", "signature": "s"}
        messages += [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [thought, {"type": "text", "text": "ok"}]},
        ]
    sent = edit("forcereasoning", None, request(messages=messages), context())["messages"]
    texts = [part["text"] for m in sent if m["role"] == "assistant" for part in m["content"]]
    thoughts = [text for text in texts if "thought" in text]
    assert len(thoughts) == shown
    assert f"thought {turns - 1}<" in thoughts[-1]
