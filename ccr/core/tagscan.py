"""Finds tags in text as it streams: those round thinking, and any other marks."""

import re
from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from ccr.core.event import Text, Thinking

THINK_TAGS: Mapping[str, str] = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|channel|>analysis<|message|>": "<|end|>",
}
"""How models mark thinking: DeepSeek, Qwen, GLM and others, Gemma, Doubao, Mistral, Kimi, gpt-oss
(https://cookbook.openai.com/articles/openai-harmony)."""

MARKERS = ("<|start|>assistant", "<|channel|>final<|message|>", "<|return|>")
"""gpt-oss puts these round its answer; they are no part of it."""


class Marks:
    """Finds marks in text that comes in pieces. A mark inside Markdown code is text: the model talks about it."""

    def __init__(self, marks: Iterable[str]) -> None:
        self._marks, self._beginnings, self._longest = _prepared(tuple(marks))
        self._code = 0  # the number of backticks that opened the code we are in

    def cut(self, data: str) -> tuple[str, str, str]:
        """Return (text, mark, rest): what stands before the first mark, the mark, and what follows.

        Without a mark, `rest` is the end of the data that may be the beginning of one: give it again with what comes.
        """
        for found in self._marks.finditer(data):
            mark = found[0]
            if mark[0] == "`" and found.end() == len(data):
                return data[: found.start()], "", mark  # more backticks may follow
            if mark[0] in "`\n":
                self._follow(mark)
            elif not self._code:
                return data[: found.start()], mark, data[found.end() :]
        kept = 0 if self._code else overlap(data, self._beginnings, self._longest)
        return data[: len(data) - kept], "", data[len(data) - kept :]

    def _follow(self, mark: str) -> None:
        """Follow Markdown's code: https://spec.commonmark.org/0.31.2/#code-spans"""
        if mark == "\n":
            self._code = self._code if self._code >= 3 else 0
        elif not self._code:
            self._code = len(mark)
        elif len(mark) == self._code or (self._code >= 3 and len(mark) > self._code):
            self._code = 0


@lru_cache(64)
def _prepared(marks: tuple[str, ...]) -> tuple[re.Pattern[str], frozenset[str], int]:
    """Return what finds the marks, their beginnings, and the length of the longest. Each reply wants the same again."""
    ordered = sorted(set(marks), key=len, reverse=True)
    found = re.compile("|".join(["`+", "\n", *map(re.escape, ordered)]))
    beginnings = frozenset(mark[:length] for mark in ordered for length in range(1, len(mark)))
    return found, beginnings, max(map(len, ordered))


def overlap(data: str, beginnings: Container[str], longest: int) -> int:
    """Return how many characters at the end of the data are one of the beginnings, which have `longest` at most."""
    lengths = range(min(longest, len(data)), 0, -1)
    return next((length for length in lengths if data[-length:] in beginnings), 0)


class TagScanner:
    """Splits text into what is said and what is thought. Tags that are cut by the pieces are put together again.

    Where no tag comes, the text passes unchanged. White space between thinking and answer is dropped, as is a closing
    tag without an opening one.
    """

    def __init__(self, tags: Mapping[str, str] = THINK_TAGS) -> None:
        self._tags = tags
        self._held = ""
        self._reset()

    def feed(self, text: str) -> Iterable[Text | Thinking]:
        """Take more text, return what is certain by now."""
        rest, self._held = self._held + text, ""
        while rest:
            said, rest = self._think(rest) if self._closer else self._answer(rest)
            yield from said

    def flush(self) -> Iterable[Text | Thinking]:
        """The text is interrupted or over: return what was held back as what it would have been."""
        held, self._held = self._held, ""
        yield from self._say(held)
        self._reset()

    def _reset(self) -> None:
        self._marks = Marks([*self._tags, *self._tags.values(), *MARKERS])
        self._closer = ""
        self._blank = ""
        self._fresh = True  # only white space so far: it is dropped if a tag follows
        self._trim = False  # white space that comes next is dropped

    def _think(self, data: str) -> tuple[list[Text | Thinking], str]:
        thought, closer, rest = data.partition(self._closer)
        if closer:
            said = self._say(thought)
            self._closer, self._fresh, self._trim = "", False, True
            return said, rest
        closer = self._closer
        kept = overlap(data, {closer[:length] for length in range(1, len(closer))}, len(closer))
        self._held = data[len(data) - kept :]
        return self._say(data[: len(data) - kept]), ""

    def _answer(self, data: str) -> tuple[list[Text | Thinking], str]:
        text, mark, rest = self._marks.cut(data)
        said = self._say(text)
        if not mark:
            self._held, rest = rest, ""
        elif mark in self._tags:
            self._closer, self._blank, self._trim = self._tags[mark], "", True
        return said, rest

    def _say(self, text: str) -> list[Text | Thinking]:
        if self._trim:
            text = text.lstrip()
            self._trim = not text
        elif self._fresh and not self._closer:
            text, self._blank = self._blank + text, ""
            if not text.strip():
                self._blank, text = text, ""
            self._fresh = not text
        if not text:
            return []
        return [Thinking(text) if self._closer else Text(text)]
