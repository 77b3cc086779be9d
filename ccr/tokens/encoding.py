"""A tiktoken encoding over the bundled ranks: loaded on first use, no network, safe on any text."""

import threading
from collections.abc import Callable, Iterator

from ccr.tokens import ranks

CHUNK = 65_536
"""Characters given to tiktoken at once. A million blanks overflow the stack of its regular expressions, which is a Rust
panic and no `Exception`; 64 Ki is far below that and takes about 8 ms."""

_TRIES = 32


class Encoding:
    """Counts tokens as tiktoken does, special tokens taken as ordinary text. Safe to share between threads.

    `name` is a key of `ranks.SPECS`. Text over `chunk` characters is counted in pieces, cut where the encoding cuts
    too; only where there is no such place for `chunk` characters (one endless word) a few tokens may be added.
    """

    def __init__(self, name: str, *, chunk: int = CHUNK) -> None:
        self.name = name
        self._chunk = chunk
        self._lock = threading.Lock()
        self._encode: Callable[[str], list[int]] | None = None

    @property
    def loaded(self) -> bool:
        """Whether the ranks are in memory (about 30 MB for cl100k_base)."""
        return self._encode is not None

    def load(self) -> None:
        """Read the ranks; about 0.1 s for cl100k_base and 0.25 s for o200k_base, free when loaded.

        Some 60% of that is the constructor of `CoreBPE`, which keeps the GIL throughout, so that every other thread
        stands still: call it before there are streams to disturb.
        """
        with self._lock:
            if self._encode is None:
                self._encode = _core(self.name)

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`, any `str` at all; lone surrogates count as U+FFFD."""
        encode = self._encode
        if encode is None:
            self.load()
            return self.count(text)
        try:
            return sum(len(encode(chunk)) for chunk in _chunks(text, self._chunk))
        except UnicodeEncodeError:
            return self.count(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _core(name: str) -> Callable[[str], list[int]]:
    # Not `tiktoken.Encoding`: it keeps a second copy of the ranks (18 MB) for functions that are not needed here.
    from tiktoken._tiktoken import CoreBPE  # type: ignore[import-not-found]

    tokens = ranks.read(name)
    core = CoreBPE(dict(zip(tokens, range(len(tokens)), strict=True)), {}, ranks.SPECS[name].pattern)
    encode: Callable[[str], list[int]] = core.encode_ordinary
    return encode


def _chunks(text: str, limit: int) -> Iterator[str]:
    start = 0
    while len(text) - start > limit:
        end = _cut(text, start, start + limit)
        yield text[start:end]
        start = end
    yield text[start:] if start else text


def _cut(text: str, start: int, end: int) -> int:
    """Return the last place after `start` and up to `end` that no token of the encodings crosses; else `end`.

    Such are a line break before a letter, and the place before the blank that leads a word: no piece of either pattern
    goes on there, and neither looks behind.
    """
    for mark, offset in (("\n", 1), (" ", 0)):
        at = end
        for _ in range(_TRIES):
            at = text.rfind(mark, start + 1, at)
            if at < 0:
                break
            if text[at + 1].isascii() and text[at + 1].isalpha():
                return at + offset
    return end
