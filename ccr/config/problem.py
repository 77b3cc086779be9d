"""What is wrong with a configuration, in words that its owner can act on."""

from collections.abc import Iterable

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One finding. `path` says where, as in `Providers[0].models`; it is empty for the whole file.

    `fatal` means that nothing can run with this file. Everything else is told once and lived with.
    """

    path: str
    message: str
    hint: str = ""
    fatal: bool = False

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        advice = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{advice}"


class Report:
    """Collects the problems of one pass over a configuration."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def add(self, path: str, message: str, *, hint: str = "", fatal: bool = False) -> None:
        """Note a problem. No secret may stand in `message` or `hint`: both are printed and logged."""
        problem = Problem(path, message, hint, fatal)
        if problem not in self._problems:
            self._problems.append(problem)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, the fatal ones first, otherwise in the order in which they were found."""
        return tuple(sorted(self._problems, key=lambda problem: not problem.fatal))

    @property
    def is_fatal(self) -> bool:
        return any(problem.fatal for problem in self._problems)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known spelling that `word` was probably meant to be, or an empty string."""
    # Only a file with a mistake in it pays for this import.
    from difflib import get_close_matches

    folded = {spelling.lower(): spelling for spelling in known}
    match = get_close_matches(word.lower(), folded, n=1, cutoff=0.65)
    return folded[match[0]] if match else ""


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a hint for a word that is not known: the nearest spelling, else what there is to choose from."""
    choices = list(known)
    near = nearest(word, choices)
    if near:
        return f"did you mean {near!r}?"
    return f"there is {', '.join(choices[:12])}" if choices else ""


def member(path: str, key: str) -> str:
    """Return the path of a key inside the object at `path`."""
    if not key.replace("_", "").replace("-", "").isalnum():
        return f"{path}[{key!r}]"
    return f"{path}.{key}" if path else key
