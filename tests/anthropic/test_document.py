from typing import Any

from ccr.anthropic.document import NO_TEXT, extracted, pdfs
from ccr.anthropic.nested import name_of


def document(**source: Any) -> dict[str, Any]:
    return {"type": "document", "title": "a.pdf", "source": source}


PDF = document(type="base64", media_type="application/pdf", data="JVBERi0=")
TEXT = document(type="text", media_type="text/plain", data="words")
REMOTE = document(type="url", url="https://example.com/a.pdf")
BODY = {"messages": [{"role": "user", "content": [PDF, TEXT, REMOTE, {"type": "document"}]}]}


def test_only_pdf_files_with_their_bytes_count() -> None:
    assert pdfs(BODY) == {name_of(PDF): "JVBERi0="}


def test_text_takes_the_place_of_the_file() -> None:
    first, *others = extracted(BODY, {name_of(PDF): "Dear reader"})["messages"][0]["content"]
    assert first == document(type="text", media_type="text/plain", data="Dear reader")
    assert others == BODY["messages"][0]["content"][1:]


def test_file_without_text_says_so() -> None:
    assert extracted(BODY, {})["messages"][0]["content"][0]["source"]["data"] == NO_TEXT
