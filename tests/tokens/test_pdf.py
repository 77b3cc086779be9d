import base64

import pytest

from ccr.tokens import pdf

STEP_BYTES = (1 << 19) // 4 * 3


def encode(file: bytes) -> str:
    return base64.b64encode(file).decode()


def plain(pages: int) -> bytes:
    objects = b"".join(b"%d 0 obj << /Type /Page /Parent 2 0 R >> endobj\n" % number for number in range(pages))
    return b"%PDF-1.4\n1 0 obj << /Type /Catalog >>\n2 0 obj << /Type /Pages /Count 9 >>\n" + objects


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        pytest.param(plain(1), 1, id="one page"),
        pytest.param(plain(12), 12, id="twelve pages"),
        pytest.param(plain(3).replace(b"/Type /Page", b"/Type/Page"), 3, id="written tightly"),
        pytest.param(b"%PDF-1.7\n1 0 obj\n<</Linearized 1/L 99/O 5/E 9/N 31/T 8>>\n" + plain(1), 31, id="linearized"),
        pytest.param(b"%PDF-1.5\n" + bytes(100_000), 6, id="compressed objects, by length"),
        pytest.param(b"%PDF-1.5\n", 1, id="next to nothing"),
        pytest.param(plain(5000), pdf.MAX_PAGES, id="too many"),
        pytest.param(b"%PDF-1.7\n<</Linearized 1/N 999999>>", pdf.MAX_PAGES, id="a lie"),
    ],
)
def test_pages_are_told(file: bytes, expected: int) -> None:
    assert pdf.pages(encode(file)) == expected


@pytest.mark.parametrize("before", range(STEP_BYTES - 45, STEP_BYTES + 5, 2))
def test_page_is_counted_once_wherever_the_steps_fall(before: int) -> None:
    file = bytes(before) + b"/Type /Page >>" + bytes(STEP_BYTES) + b"/Type /Page"
    assert pdf.pages(encode(file)) == 2


def test_pages_are_told_from_base64_with_line_breaks() -> None:
    assert pdf.pages(base64.encodebytes(plain(40)).decode()) == 40


@pytest.mark.parametrize("data", ["", "A", "not base64", "日本"])
def test_what_is_not_a_pdf_is_one_page(data: str) -> None:
    assert pdf.tokens(data) == pdf.PAGE_TOKENS
