"""Content parts."""

from typing import Any

import pytest

from ccr.dialect.openai_chat.part import joined, marked, plain, user_part
from tests.dialect.openai_chat.sent import MARK, MARKED, PNG_PART, Json, at, text


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([text("a"), text("b")], "a\n\nb"),
        ([text("a", **MARKED)], [text("a", **MARKED)]),
        ([text("a"), PNG_PART], [text("a"), PNG_PART]),
        ([], ""),
    ],
    ids=repr,
)
def test_plain_text_is_a_string(parts: list[Json], expected: Any) -> None:
    assert plain(parts) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a", "b", "a\n\nb"),
        ("a", [PNG_PART], [text("a"), PNG_PART]),
        ([PNG_PART], "a", [PNG_PART, text("a")]),
        ([PNG_PART], [PNG_PART], [PNG_PART, PNG_PART]),
    ],
    ids=repr,
)
def test_joined_keeps_everything(first: Any, second: Any, expected: Any) -> None:
    assert joined(first, second) == expected


def test_marks_are_for_those_who_know_them() -> None:
    assert marked(text("a"), MARK, at("openrouter")) == text("a", **MARKED)
    assert marked(text("a"), MARK, at("openai")) == text("a")
    assert marked(text("a"), {}, at("openrouter")) == text("a")


def test_images_lose_what_is_ours() -> None:
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}, "media_type": "image/png"}
    assert user_part(part, at()) == PNG_PART


@pytest.mark.parametrize(("title", "name"), [("a.pdf", "a.pdf"), ("", "document.pdf"), (None, "document.pdf")])
def test_a_file_always_has_a_name(title: str | None, name: str) -> None:
    source = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    sent = user_part({"type": "document", "title": title, "source": source}, at("openai"))
    assert sent == {"type": "file", "file": {"filename": name, "file_data": "data:application/pdf;base64,JVBERi0="}}
