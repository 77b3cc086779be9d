"""A list to choose from, as it behaves: keys in, lines out. `ccr.cli.prompt` puts it on a terminal."""

from collections.abc import Sequence

UP = frozenset({"\x1b[A", "\x1bOA", "\x10"})
DOWN = frozenset({"\x1b[B", "\x1bOB", "\x0e", "\t"})
FIRST = frozenset({"\x1b[H", "\x1b[1~"})
LAST = frozenset({"\x1b[F", "\x1b[4~"})
ENTER = frozenset({"\r", "\n"})
ERASE = frozenset({"\x7f", "\b"})
CLEAR = "\x15"
CANCEL = frozenset({"\x03", "\x04", "\x1b"})
"""As terminals send them: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"""


class Picker:
    """Arrows move, letters filter, Enter chooses, Escape and Ctrl-C give up."""

    def __init__(self, options: Sequence[str], *, start: int = 0) -> None:
        self._options = options
        self._filter = ""
        self._at = start
        self.chosen: int | None = None
        self.cancelled = False

    @property
    def done(self) -> bool:
        """Tell whether there is nothing left to do."""
        return self.cancelled or self.chosen is not None

    def press(self, key: str) -> None:
        """Take one key, as the terminal sends it."""
        found = self._found()
        if key in CANCEL:
            self.cancelled = True
        elif key in ENTER:
            self.chosen = found[self._at] if found else None
        elif key in UP | DOWN:
            self._at = (self._at + (1 if key in DOWN else -1)) % max(len(found), 1)
        elif key in FIRST | LAST:
            self._at = 0 if key in FIRST else max(len(found) - 1, 0)
        else:
            self._write(key)

    def lines(self, height: int) -> list[tuple[str, bool]]:
        """Return at most `height` options to show, each with whether it is the one that Enter chooses."""
        found = self._found()
        first = min(max(self._at - height // 2, 0), max(len(found) - height, 0))
        window = list(enumerate(found))[first : first + height]
        return [(self._options[option], place == self._at) for place, option in window]

    @property
    def filter(self) -> str:
        """Return what has been typed."""
        return self._filter

    def _write(self, key: str) -> None:
        if key in ERASE:
            self._filter = self._filter[:-1]
        elif key == CLEAR:
            self._filter = ""
        elif key.isprintable():
            self._filter += key
        else:
            return
        self._at = 0

    def _found(self) -> list[int]:
        words = self._filter.lower().split()
        return [index for index, option in enumerate(self._options) if all(word in option.lower() for word in words)]
