"""The text of a PDF file. Slow, so it belongs into a worker thread; scanned pages have none."""

import base64
import io
import logging

PAGES = 200
"""Pages that are read; Claude Code itself asks for 20 at most."""
CHARACTERS = 1_000_000


def extract(data: str) -> str:
    """Return the text of a PDF file in base64, page by page; empty if it has none or can't be read."""
    # Takes a while to import, and most requests bring no PDF.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # It tells of every flaw that it gets over.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    pages: list[str] = []
    length = 0
    try:
        for number, page in enumerate(PdfReader(io.BytesIO(base64.b64decode(data))).pages, 1):
            if text := page.extract_text().strip():
                pages.append(f"[Page {number}]\n{text}")
                length += len(text)
            if number == PAGES or length > CHARACTERS:
                pages.append("[The rest was left out.]")
                break
    except (PyPdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, OSError):
        # A broken file raises whatever its numbers and references lead to.
        pass
    return "\n\n".join(pages)[:CHARACTERS]
