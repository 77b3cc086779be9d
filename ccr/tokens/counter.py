"""Counts the tokens of whole requests: what is new of it in a worker thread, the rest from the cache."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import trio

from ccr.tokens import content, pdf
from ccr.tokens.cache import Cache
from ccr.tokens.content import Section
from ccr.tokens.tokenizer import Tokenizer

THREADS = 2
"""tiktoken frees the GIL while it encodes; more threads than cores only get in the way of the streams."""
INLINE_CHARS = 6_000
"""Up to this much new content is counted at once, in about 1 ms; a thread costs a third of that by itself."""

Weigh = Callable[[str], int]


class Count(msgspec.Struct, frozen=True):
    """Tokens of one request by section. `documents` are PDF and text documents; `images` those in tool results too."""

    system: int = 0
    tools: int = 0
    messages: int = 0
    images: int = 0
    documents: int = 0

    @property
    def total(self) -> int:
        """All tokens; at least 1 for a body that is not empty."""
        return self.system + self.tools + self.messages + self.images + self.documents


class Piece(msgspec.Struct, frozen=True):
    """Content that is not in the cache: `weigh(text)` gives its tokens, which belong to `section`."""

    section: Section
    key: int
    text: str
    weigh: Weigh


class Tally:
    """The count of one request in two steps: what the cache knows, and `missing`, which somebody has to weigh."""

    def __init__(self, body: Any, tokenizer: Tokenizer, cache: Cache) -> None:
        sheet = content.read(body)
        self._tokens = sheet.fixed
        self._cache = cache
        self.missing: list[Piece] = []
        for section, text in sheet.texts:
            self._look_up(section, hash(text), text, tokenizer.count)
        for data in sheet.pdfs:
            self._look_up("documents", hash(("pdf", data)), data, pdf.tokens)

    def _look_up(self, section: Section, key: int, text: str, weigh: Weigh) -> None:
        known = self._cache.get(key)
        if known is None:
            self.missing.append(Piece(section, key, text, weigh))
        else:
            self._tokens[section] += known

    def add(self, weights: Iterable[int]) -> None:
        """Take the tokens of all missing pieces, in their order."""
        for piece, tokens in zip(self.missing, weights, strict=True):
            self._cache.put(piece.key, tokens)
            self._tokens[piece.section] += tokens
        self.missing = []

    def count(self) -> Count:
        """Return what was added up so far."""
        return Count(**self._tokens)


def weigh(pieces: Iterable[Piece]) -> list[int]:
    """Return the tokens of each piece. May run in any thread."""
    return [piece.weigh(piece.text) for piece in pieces]


class Counter:
    """Counts requests with one tokenizer. Belongs to one Trio run; any number of tasks may count at the same time.

    The cost of a request grows with its new blocks, apart from one pass over all of it (2.5 ms for 1 MB in a thousand
    blocks).
    Counters that share `limiter` share its threads; a cache belongs to one tokenizer.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        *,
        cache: Cache | None = None,
        limiter: trio.CapacityLimiter | None = None,
        inline_chars: int = INLINE_CHARS,
    ) -> None:
        self._tokenizer = tokenizer
        self._cache = cache if cache is not None else Cache()
        self._limiter = limiter if limiter is not None else trio.CapacityLimiter(THREADS)
        self._inline_chars = inline_chars

    @property
    def name(self) -> str:
        """The name of its tokenizer."""
        return self._tokenizer.name

    @property
    def ready(self) -> bool:
        """Whether the tokenizer is loaded, because something had to be counted."""
        return self._tokenizer.loaded

    async def warm(self) -> None:
        """Load the tokenizer in a thread, so that the first count needn't.

        Loading keeps the GIL for 60 to 130 ms (see `Encoding.load`): run it right after the server listens, before
        there are streams, and only if something will be counted.
        """
        await trio.to_thread.run_sync(self._tokenizer.load, limiter=self._limiter, abandon_on_cancel=True)

    async def count(self, body: Any) -> Count:
        """Return the tokens of `body`, a parsed Messages or count_tokens request; never raises on what is in it."""
        tally = Tally(body, self._tokenizer, self._cache)
        if tally.missing:
            tally.add(await self._weigh(tally.missing))
        else:
            await trio.lowlevel.checkpoint()
        return tally.count()

    async def _weigh(self, pieces: list[Piece]) -> list[int]:
        if self._tokenizer.loaded and sum(len(piece.text) for piece in pieces) <= self._inline_chars:
            await trio.lowlevel.checkpoint()
            return weigh(pieces)
        return await trio.to_thread.run_sync(weigh, pieces, limiter=self._limiter, abandon_on_cancel=True)
