"""Counts with tiktoken's core over the bundled ranks or another vocabulary: loaded on first use, safe on any text."""

import threading
from collections.abc import Callable, Iterator
from functools import partial

from ccr.errors import ConfigError
from ccr.tokens import ranks
from ccr.tokens.vocabulary import Clean, Vocabulary, as_it_is

CHUNK = 65_536
"""Characters given to tiktoken at once. A million blanks overflow the stack of its regular expressions, which is a Rust
panic and no `Exception`; 64 Ki is far below that and takes about 8 ms."""

PANIC = "PanicException"
TOKEN_LENGTH = 4
"""Characters that are taken for a token where a text can't be encoded."""

_TRIES = 32


class Encoding:
    """Counts tokens as tiktoken does, special tokens taken as ordinary text. Safe to share between threads.

    `name` is a key of `ranks.SPECS`, or any word if `read` gives the vocabulary. Text over `chunk` characters is
    counted in pieces, cut where the encoding cuts too; only where there is no such place for `chunk` characters (one
    endless word) a few tokens may be added.
    """

    def __init__(self, name: str, *, chunk: int = CHUNK, read: Callable[[], Vocabulary] | None = None) -> None:
        self.name = name
        self._read: Callable[[], Vocabulary] | None = read or partial(_bundled, name)
        self._clean: Clean = as_it_is
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
        stands still: call it before there are streams to disturb. Raises what `read` raises, and ConfigError for a
        vocabulary that can't be used.
        """
        with self._lock:
            if self._read is not None:
                vocabulary = self._read()
                self._clean, self._encode = vocabulary.clean, _core(vocabulary)
                # It may hold a whole file.
                self._read = None

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`, any `str` at all; lone surrogates count as U+FFFD."""
        encode = self._encode
        if encode is None:
            self.load()
            return self.count(text)
        try:
            return sum(len(encode(self._clean(chunk))) for chunk in _chunks(text, self._chunk))
        except UnicodeEncodeError:
            return self.count(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        except BaseException as error:
            # A pattern that gives up on a text is a Rust panic, which is no `Exception`.
            if type(error).__name__ != PANIC:
                raise
            return -(-len(text) // TOKEN_LENGTH)


def _bundled(name: str) -> Vocabulary:
    return Vocabulary(ranks.read(name), ranks.SPECS[name].pattern)


def _core(vocabulary: Vocabulary) -> Callable[[str], list[int]]:
    # Not `tiktoken.Encoding`: it keeps a second copy of the ranks (18 MB) for functions that are not needed here.
    from tiktoken._tiktoken import CoreBPE  # type: ignore[import-not-found]

    tokens = vocabulary.tokens
    try:
        core = CoreBPE(dict(zip(tokens, range(len(tokens)), strict=True)), {}, vocabulary.pattern)
    except ValueError as error:
        raise ConfigError(f"its pattern can't be used: {str(error)[:200]}") from None
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
