"""What an encoding is made of, wherever it comes from."""

from collections.abc import Callable, Sequence

import msgspec

Clean = Callable[[str], str]


def as_it_is(text: str) -> str:
    """Return the text unchanged."""
    return text


class Vocabulary(msgspec.Struct, frozen=True):
    """`tokens` are in the order in which they are joined, each once, with every single byte among them.

    `pattern` splits text into the pieces that are encoded by themselves; `clean` is what is done to a text before.
    """

    tokens: Sequence[bytes]
    pattern: str
    clean: Clean = as_it_is
