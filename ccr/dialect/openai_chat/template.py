"""Recognises the chunks of a stream that differ in nothing but their piece of text.

Most of a stream is the same JSON again and again with another `content`. What the general way made of one such chunk
holds for all of them, so only the text is read. A chunk that differs in a single byte beside it goes the general way.
"""

from collections.abc import Iterable

import msgspec

_string = msgspec.json.Decoder(str).decode


class Template:
    """The bytes around the text of a chunk. Learns them from one that was decoded; knows none at first."""

    def __init__(self) -> None:
        self._head = self._tail = b""

    def text(self, data: bytes) -> str | None:
        """Return the text of a chunk that is otherwise like the one learnt from; None for any other."""
        head, tail = self._head, self._tail
        if not head or not data.startswith(head) or not data.endswith(tail):
            return None
        try:
            # From quote to quote: if head and tail overlap or a quote stands between them, it is no JSON string.
            return _string(data[len(head) - 1 : len(data) - len(tail) + 1])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def learn(self, data: bytes, text: str, fields: Iterable[str]) -> None:
        """Take a chunk that meant `text` and nothing else, which it has in one of the fields."""
        quoted = msgspec.json.encode(text)
        for field in fields:
            key = b'"%s"' % field.encode()
            _before, found, after = data.partition(key)
            value = after.lstrip(b" :")
            # With a second such field, or another spelling of the text, it isn't certain which bytes are the text.
            if found and value.startswith(quoted) and key not in after:
                head = len(data) - len(value) + 1
                self._head, self._tail = data[:head], data[head + len(quoted) - 2 :]
                return
        self.forget()

    def forget(self) -> None:
        """Know none again: what comes next may mean something else than before."""
        self._head = self._tail = b""
