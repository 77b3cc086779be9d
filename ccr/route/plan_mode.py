"""Tells whether Claude Code is in plan mode: no field of the request says so, only what the client writes into it.

Measured with Claude Code 1.0.128, 2.0.77 and 2.1.197. Entering and leaving are told once (1.0 and long stretches repeat
the former) and then stay in the history, so the last word counts. Where it stands: 2.1 in a `system` message among the
messages, for older models and clients in a reminder of a user text or at the end of a tool result.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from ccr.route.body import CLOSE, OPEN, Json, blocks, items, member, reminders, result_text, text

_ENTERED = ("Plan mode is active", "Plan mode still active", "## Re-entering Plan Mode")
_LEFT = ("## Exited Plan Mode", "You have exited plan mode")
_MARKS = {mark: mark in _ENTERED for mark in (*_ENTERED, *_LEFT)}

# Results of the tools EnterPlanMode and ExitPlanMode.
_RESULTS = {
    "Entered plan mode": True,
    "User has approved your plan": False,
    "User has approved exiting plan mode": False,
}

_ENDING = 20_000
"""How much of the end of a tool's result to look at, in characters; the longest notice has about 5000."""

# In a system message several notices follow each other; each begins a line.
_NOTICE = re.compile("^(?:" + "|".join(map(re.escape, _MARKS)) + ")", re.MULTILINE)


def is_planning(body: Json) -> bool:
    """Tell whether the last notice about plan mode in the messages is that it is on."""
    for message in reversed(items(body.get("messages"))):
        role = member(message, "role")
        if role in ("user", "system"):
            told = list(_told(role, message.get("content")))
            if told:
                return told[-1]
    return False


def _told(role: str, content: Any) -> Iterator[bool]:
    """Yield for each notice whether it says that plan mode is on."""
    for block in blocks(content):
        if role == "system":
            yield from (_MARKS[mark] for mark in _NOTICE.findall(text(block)))
        elif block.get("type") == "tool_result":
            yield from _from_result(result_text(block))
        else:
            yield from _from_reminders(reminders(text(block)))


def _from_result(said: str) -> Iterator[bool]:
    """Read a tool's result, which may quote anything: the client's are only its beginning and its last reminders."""
    beginnings = (on for mark, on in _RESULTS.items() if said.startswith(mark))
    ending: list[str] = []
    rest = said[-_ENDING:].rstrip()
    while rest.endswith(CLOSE):
        rest, _, last = rest.rpartition(OPEN)
        ending.insert(0, last.removesuffix(CLOSE).strip())
        rest = rest.rstrip()
    return chain(beginnings, _from_reminders(ending))


def _from_reminders(said: list[str]) -> Iterator[bool]:
    return (on for reminder in said for mark, on in _MARKS.items() if reminder.startswith(mark))
