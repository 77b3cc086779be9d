"""What the counter needs of a tokenizer, and the names it can be asked for by.

A provider's own tokenizer (`tokenizer` in its configuration) is another implementation of `Tokenizer`, made here.
"""

from typing import Protocol

from ccr.errors import ConfigError
from ccr.tokens.encoding import Encoding
from ccr.tokens.ranks import SPECS

DEFAULT = "cl100k_base"


class Tokenizer(Protocol):
    """Turns text into a number of tokens. `load` and `count` may be called from any thread."""

    name: str

    @property
    def loaded(self) -> bool:
        """Whether `count` can begin at once."""
        ...

    def load(self) -> None:
        """Get ready; slow the first time, free afterwards."""
        ...

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`. Loads first if need be; never raises on any text."""
        ...


def tokenizer(name: str = DEFAULT) -> Tokenizer:
    """Return the bundled tokenizer called `name`, not loaded yet; raises ConfigError if there is none."""
    if name not in SPECS:
        raise ConfigError(f"unknown token encoding {name!r}; use one of {', '.join(SPECS)}")
    return Encoding(name)
