"""Thinking that a model writes between tags at the very beginning of its answer.

Models do so where the server has no parser for it. Tags elsewhere are text, unless the transformer `extrathinktag` is
there to look for them.
"""

from ccr.core.event import Text, Thinking
from ccr.core.tagscan import THINK_TAGS

TAGS = {opener: closer for opener, closer in THINK_TAGS.items() if opener not in ("<thinking>",)}
"""Without a tag that models are often told to use in answers that are meant to be read."""


class LeadingThought:
    """Splits the beginning of an answer into what is thought and what is said."""

    def __init__(self) -> None:
        self.known = False
        """The server has found the thinking by itself; then it may leave the closing tag alone in the text."""
        self._held = ""
        self._closer = ""
        self._over = False
        self._trim = True

    def feed(self, text: str) -> list[Text | Thinking]:
        """Take more text, return what is certain by now."""
        if self._over and not self._trim:
            return [Text(text)]
        data, self._held = self._held + text, ""
        if self._closer:
            return self._think(data)
        return self._say(data) if self._over else self._begin(data)

    def flush(self) -> list[Text | Thinking]:
        """Something else comes, or nothing more: return what was held back as what it would have been."""
        held, self._held = self._held, ""
        if self._closer:
            return [Thinking(held)] if held else []
        self._over, self._trim = True, False
        return [Text(held)] if held else []

    def _begin(self, data: str) -> list[Text | Thinking]:
        start = data.lstrip()
        opener = next((tag for tag in TAGS if start.startswith(tag)), "")
        if opener:
            self._closer = TAGS[opener]
            return self._think(start[len(opener) :])
        closers = TAGS.values() if self.known else ()
        if closer := next((tag for tag in closers if start.startswith(tag)), ""):
            self._over = True
            return self._say(start[len(closer) :])
        if any(tag.startswith(start) for tag in (*TAGS, *closers)):
            self._held = data
            return []
        self._over, self._trim = True, False
        return [Text(data)]

    def _think(self, data: str) -> list[Text | Thinking]:
        if self._trim:
            data = data.lstrip()
            self._trim = not data
        thought, closer, rest = data.partition(self._closer)
        if not closer:
            kept = _overlap(data, self._closer)
            self._held = data[len(data) - kept :]
            thought = data[: len(data) - kept]
        found: list[Text | Thinking] = [Thinking(thought)] if thought else []
        if closer:
            self._closer, self._over, self._trim = "", True, True
            found += self._say(rest)
        return found

    def _say(self, data: str) -> list[Text | Thinking]:
        """White space between thinking and answer is dropped."""
        data = data.lstrip()
        self._trim = not data
        return [Text(data)] if data else []


def _overlap(data: str, closer: str) -> int:
    """Return how many characters at the end of the data may be the beginning of the closing tag."""
    return next((n for n in range(min(len(closer) - 1, len(data)), 0, -1) if closer.startswith(data[-n:])), 0)
