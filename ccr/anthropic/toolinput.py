"""The arguments of a tool call on their way to the client: sent while they are sound, mended where they are not.

Clients take broken JSON for an empty object, so that a model never learns of its mistake. What can't be mended without
guessing becomes arguments that every tool refuses, with the model's own text under `_raw`.
"""

import re

from ccr.core.jsonio import dump_text
from ccr.core.jsonrepair import repair
from ccr.core.jsonscan import Scanner

_OPEN_END = re.compile(r'"?\s*[,}]?\s*$')
"""What may turn out wrong by what follows: a quote that does not end its string, a comma with nothing behind it, the
last bracket with more behind it."""
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s,:\[\]{}"]+|[,:\[\]{}])', re.DOTALL)


class ToolInput:
    """The arguments of one call. An empty object is held back, since some servers send one before the real one."""

    def __init__(self) -> None:
        self._scanner = Scanner()
        self._pieces: list[str] = []
        self._held: list[str] = []
        self._sent: list[str] = []

    @property
    def whole(self) -> bool:
        """Whether the arguments so far are one object."""
        return self._scanner.complete

    def feed(self, piece: str) -> str:
        """Take more, return what can be sent now."""
        self._pieces.append(piece)
        sound = self._scanner.feed(piece)
        if sound:
            self._held.append(piece[:sound])
        return self._release() if sound and self._scanner.has_members else ""

    def close(self, *, cut: bool) -> str:
        """No more will come; return the rest. Arguments that were `cut` off by a limit stay as they are."""
        text, sent = "".join(self._pieces), "".join(self._sent)
        if cut:
            return text[len(sent) :]
        if text.strip() in ("", "null"):
            return "{}"
        if self._scanner.complete:
            return text[len(sent) :]
        fixed = repair(text)
        rest = fixed if not sent else _continued(sent, fixed or "")
        return self._refusal(text, begun=bool(sent)) if rest is None else rest

    def _release(self) -> str:
        piece = "".join(self._held)
        open_end = None if self._scanner.in_token else _OPEN_END.search(piece)
        end = open_end.start() if open_end else len(piece) - self._scanner.in_escape
        self._held = [piece[end:]]
        self._sent.append(piece[:end])
        return piece[:end]

    def _refusal(self, text: str, *, begun: bool) -> str:
        """Return the end of an object that no tool takes: what was sent already is overruled by later members."""
        raw = f'"_raw":{dump_text(text)}'
        if not begun:
            return f"{{{raw}}}"
        nulls = (f"{key}:null" for key in dict.fromkeys(self._scanner.keys))
        held = "".join(self._held)
        if self._scanner.ended:
            held = held[: held.rindex("}")]
        return held + self._scanner.ending(",".join((*nulls, raw)))


def _continued(sent: str, fixed: str) -> str | None:
    """Return what makes the beginning that was sent mean the same as the mended object, or None if nothing does."""
    done, wanted = _TOKEN.findall(sent), _TOKEN.findall(fixed)
    last = len(done) - 1
    if last >= len(wanted) or done[:last] != wanted[:last] or not wanted[last].startswith(done[last]):
        return None
    tokens: list[str] = [wanted[last][len(done[last]) :], *wanted[last + 1 :]]
    return "".join(tokens)
