"""Regular expressions that are compiled when they are first used.

Compiling those that only failures and odd replies need would take as long as loading the modules that hold them.
"""

import re
from typing import Any, cast


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what can be used like `re.compile(text, flags)`. Raises re.error when it is first used."""
    return cast("re.Pattern[str]", _Pattern(text, flags))


class _Pattern:
    def __init__(self, text: str, flags: int) -> None:
        self._given = text, flags

    def __getattr__(self, name: str) -> Any:
        # Kept, so that each name is looked up here once.
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found
