"""Finds thinking that a model writes between tags in its text, piece by piece as it streams."""

import re
from collections.abc import Iterable, Mapping

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


class TagScanner:
    """Splits text into what is said and what is thought. Tags that are cut by the pieces are put together again.

    A tag inside Markdown code is text: the model talks about it. Where no tag comes, the text passes unchanged.
    White space between thinking and answer is dropped, as is a closing tag without an opening one.
    """

    def __init__(self, tags: Mapping[str, str] = THINK_TAGS) -> None:
        self._tags = tags
        marks = sorted({*tags, *tags.values(), *MARKERS}, key=len, reverse=True)
        self._marks = re.compile("|".join(["`+", "\n", *map(re.escape, marks)]))
        self._cut = {mark[:length] for mark in marks for length in range(1, len(mark))}
        self._longest = max(map(len, marks))
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
        self._closer = ""
        self._blank = ""
        self._fresh = True  # only white space so far: it is dropped if a tag follows
        self._trim = False  # white space that comes next is dropped
        self._code = 0  # the number of backticks that opened the code we are in

    def _think(self, data: str) -> tuple[list[Text | Thinking], str]:
        thought, closer, rest = data.partition(self._closer)
        if not closer:
            return self._say(self._keep(data, {self._closer[:length] for length in range(1, len(self._closer))})), ""
        said = self._say(thought)
        self._closer, self._fresh, self._trim = "", False, True
        return said, rest

    def _answer(self, data: str) -> tuple[list[Text | Thinking], str]:
        """Return what is said up to the next tag, and the rest behind it."""
        for found in self._marks.finditer(data):
            mark = found[0]
            if mark[0] == "`" and found.end() == len(data):
                self._held = mark  # more backticks may follow
                return self._say(data[: found.start()]), ""
            if mark[0] in "`\n":
                self._follow_code(mark)
            elif not self._code:
                said = self._say(data[: found.start()])
                if mark in self._tags:
                    self._closer, self._blank, self._trim = self._tags[mark], "", True
                return said, data[found.end() :]
        return self._say(data if self._code else self._keep(data, self._cut)), ""

    def _follow_code(self, mark: str) -> None:
        """Follow Markdown's code: https://spec.commonmark.org/0.31.2/#code-spans"""
        if mark == "\n":
            self._code = self._code if self._code >= 3 else 0
        elif not self._code:
            self._code = len(mark)
        elif len(mark) == self._code or (self._code >= 3 and len(mark) > self._code):
            self._code = 0

    def _keep(self, data: str, cut: set[str]) -> str:
        """Hold back the end of the data if it may be the beginning of a tag; return the rest."""
        for length in range(min(self._longest, len(data)), 0, -1):
            if data[-length:] in cut:
                self._held = data[-length:]
                return data[:-length]
        return data

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
