"""Reads PDF files to models that can't take them: their text goes in their place, extracted once for each file."""

import trio

from ccr.anthropic.document import extracted, pdfs
from ccr.anthropic.request import Inbound
from ccr.core.unified import Json
from ccr.server.pdftext import extract
from ccr.upstream import Upstream

KEPT = 40
"""Files whose text is remembered."""
SECONDS = 20.0
"""For the files of one request."""


class Documents:
    """The texts of PDF files, by the name of their content."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        # Extracting keeps the interpreter busy: one file at a time leaves room for the streams beside it.
        self._limiter = trio.CapacityLimiter(1)

    async def put(self, body: Json, upstream: Upstream, inbound: Inbound) -> Json:
        """Return the body for an upstream: the same if it reads PDF or has none, else with text in its place."""
        if not inbound.has_documents or upstream.passes_through or upstream.reads_pdf:
            return body
        found = pdfs(body)
        if not found:
            return body
        texts = {name: self._texts[name] for name in found if name in self._texts}
        with trio.move_on_after(SECONDS):
            for name, data in found.items():
                if name not in texts:
                    texts[name] = await self._read(name, data)
        return extracted(body, texts)

    async def _read(self, name: str, data: str) -> str:
        # A file that takes too long is not tried again in every turn.
        self._texts[name] = ""
        while len(self._texts) > KEPT:
            del self._texts[next(iter(self._texts))]
        text = await trio.to_thread.run_sync(extract, data, abandon_on_cancel=True, limiter=self._limiter)
        self._texts[name] = text
        return text
