"""Which name stands for which transformer. Names are found in any spelling of upper and lower case."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from ccr.errors import ConfigError
from ccr.transform.base import Transformer
from ccr.transform.option import OptionError

Maker = Callable[[Mapping[str, Any]], Transformer]
"""Makes the transformer of one entry from its options; a transformer's class is one."""


class Registry:
    """Transformers by name. It does not change; `having` and `with_instance` return another one."""

    def __init__(self, makers: Mapping[str, Maker]) -> None:
        self._makers = dict(makers)
        self._names = {name.lower(): name for name in self._makers}

    @property
    def names(self) -> tuple[str, ...]:
        """All names, as they are spelt."""
        return tuple(self._makers)

    def having(self, name: str, maker: Maker) -> "Registry":
        """Return a registry that has this one too; it takes the place of one of the same name."""
        known = self._names.get(name.lower())
        return Registry({**{n: m for n, m in self._makers.items() if n != known}, name: maker})

    def with_instance(self, transformer: Transformer) -> "Registry":
        """Return a registry that has a finished transformer too. Entries may add options to its own."""

        def maker(options: Mapping[str, Any]) -> Transformer:
            return type(transformer)({**transformer.options, **options}) if options else transformer

        return self.having(transformer.name, maker)

    def make(self, name: str, options: Mapping[str, Any]) -> Transformer:
        """Return the transformer for an entry. Raises ConfigError with what is wrong and what to write instead."""
        problem = self.problem(name)
        if problem is not None:
            raise ConfigError(problem)
        try:
            return self._makers[self._names[name.strip().lower()]](options)
        except OptionError as error:
            raise ConfigError(f"transformer {name!r}: {error}") from error

    def problem(self, name: str) -> str | None:
        """Return what is wrong with a name, or None if it is known."""
        wanted = name.strip().lower()
        if wanted in self._names:
            return None
        near = [self._names[found] for found in get_close_matches(wanted, self._names, n=3, cutoff=0.6)]
        if near:
            return f"there is no transformer {name!r}; did you mean {_listed(near)}?"
        return f"there is no transformer {name!r}; there are {_listed(sorted(self.names, key=str.lower), 'and')}"


def _listed(names: Iterable[str], word: str = "or") -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"
