"""Token usage, in Anthropic's sense: the three input figures add up to the whole prompt."""

import msgspec


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one reply. `input` excludes what the cache served (`cache_read`) or stored (`cache_write`)."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    searches: int = 0
    cache_write_1h: int = 0
    """How many tokens of `cache_write` are kept for an hour, which costs more."""
    cost: float = 0.0
    """What the provider itself says that it charged, in whatever it counts; 0 if it doesn't say."""

    @property
    def prompt(self) -> int:
        """The whole prompt, as the provider counts it."""
        return self.input + self.cache_read + self.cache_write

    def plus(self, other: "Usage | None") -> "Usage":
        """Return the figures of two replies together."""
        if other is None:
            return self
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


def split_prompt(prompt: int, cached: int, written: int = 0) -> tuple[int, int, int]:
    """Return (input, cache_read, cache_write) that add up to `prompt`.

    Some providers report more cached than prompt tokens (Grok on Azure); the sum rule wins.
    """
    prompt = max(prompt, 0)
    cached = min(max(cached, 0), prompt)
    written = min(max(written, 0), prompt - cached)
    return prompt - cached - written, cached, written


def latest(old: Usage | None, new: Usage) -> Usage:
    """Return the figures to believe after `new` was seen: its own, and the old ones where it has none."""
    if old is None:
        return new
    has_prompt = new.prompt > 0
    return Usage(
        input=new.input if has_prompt else old.input,
        cache_read=new.cache_read if has_prompt else old.cache_read,
        cache_write=new.cache_write if has_prompt else old.cache_write,
        cache_write_1h=new.cache_write_1h if has_prompt else old.cache_write_1h,
        output=new.output or old.output,
        reasoning=new.reasoning or old.reasoning,
        searches=max(new.searches, old.searches),
        cost=new.cost or old.cost,
    )
