import base64

import pytest

from ccr.server import pdftext
from ccr.server.pdftext import extract
from tests.pdf import pdf

WHOLE = base64.b64decode(pdf("one", "two", "three"))


def test_text_comes_page_by_page() -> None:
    assert extract(pdf("Hello there", "", "Good bye")) == "[Page 1]\nHello there\n\n[Page 3]\nGood bye"


def test_file_without_text_gives_none() -> None:
    assert extract(pdf("")) == ""


@pytest.mark.parametrize("data", ["", "AAAA", "no base64!", base64.b64encode(b"%PDF-1.7\nxref\n").decode()])
def test_what_is_no_pdf_gives_none(data: str) -> None:
    assert extract(data) == ""


def test_broken_files_raise_nothing() -> None:
    for place in range(0, len(WHOLE), 7):
        extract(base64.b64encode(WHOLE[:place] + b"9" + WHOLE[place + 2 :]).decode())
        extract(base64.b64encode(WHOLE[:place]).decode())


def test_long_files_are_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdftext, "PAGES", 2)
    assert extract(pdf("one", "two", "three")) == "[Page 1]\none\n\n[Page 2]\ntwo\n\n[The rest was left out.]"
