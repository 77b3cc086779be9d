"""Remembers what was counted, by content, in bounded memory."""

GENERATION = 16_384
"""Entries of each of the two generations. At most 150 bytes an entry, the whole cache stays below 5 MB; it holds the
blocks of some ten long sessions."""


class Cache:
    """Maps a 64-bit hash of some content to its tokens; at most twice `generation` entries.

    Two generations make a cheap approximation of least recently used: what is looked up moves to the young one, and
    when that is full the old one is dropped. The content itself is not kept. Equal hashes of different content would
    give a wrong count, with a chance of about 1 in 10^10 for a full cache. For one thread only.
    """

    def __init__(self, generation: int = GENERATION) -> None:
        self._generation = generation
        self._young: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: int) -> int | None:
        """Return the tokens stored for `key`, or None."""
        found = self._young.get(key)
        if found is None and (found := self._old.pop(key, None)) is not None:
            self.put(key, found)
        return found

    def put(self, key: int, tokens: int) -> None:
        """Store the tokens for `key`."""
        if len(self._young) >= self._generation:
            self._old = self._young
            self._young = {}
        self._young[key] = tokens
