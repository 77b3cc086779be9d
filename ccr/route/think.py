"""Tells whether a request wants more than the ordinary reasoning, and what shows it."""

import re
from functools import lru_cache

from ccr.route.body import Json, last_words, member, objects
from ccr.route.plan_mode import is_planning
from ccr.route.routes import ThinkSigns


def find_sign(body: Json, signs: ThinkSigns) -> str:
    """Return in a few words what shows that the request wants to think hard; empty if nothing does.

    `thinking` of type `adaptive` or `disabled` is never a sign: the client sends the one with nearly everything and the
    other with the rest (https://docs.claude.com/en/docs/build-with-claude/adaptive-thinking).
    """
    return _budget(body, signs) or _effort(body, signs) or _keyword(body, signs) or _plan(body, signs)


def _budget(body: Json, signs: ThinkSigns) -> str:
    thinking = body.get("thinking")
    if signs.budget is None or member(thinking, "type") != "enabled":
        return ""
    tokens = member(thinking, "budget_tokens")
    budget = tokens if isinstance(tokens, int) else 0
    return f"an explicit thinking budget of {budget:,} tokens" if budget >= signs.budget else ""


def _effort(body: Json, signs: ThinkSigns) -> str:
    effort = _turn_effort(body) or member(body.get("output_config"), "effort")
    is_above = isinstance(effort, str) and effort.casefold() in map(str.casefold, signs.efforts)
    return f"the effort {effort!a}" if is_above else ""


def _turn_effort(body: Json) -> object:
    """Return the effort of this turn alone, which Claude Code 2.1.329 puts on `system` messages after the user's."""
    for message in reversed(objects(body.get("messages"))):
        if message.get("role") != "system":
            return None
        effort = member(message.get("output_config"), "effort")
        if effort:
            return effort
    return None


def _keyword(body: Json, signs: ThinkSigns) -> str:
    words = last_words(body).casefold()
    # Searching for plain words first is many times cheaper than the pattern, which is for the few that have one.
    if not any(keyword.casefold() in words for keyword in signs.keywords):
        return ""
    found = _pattern(signs.keywords).search(words)
    return f"the words {found[0]!a}" if found else ""


@lru_cache(maxsize=32)
def _pattern(keywords: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_whole, sorted(map(str.casefold, keywords), key=len, reverse=True))))


def _whole(keyword: str) -> str:
    """Return a pattern that doesn't match inside a longer word. Writing without spaces has no such borders."""
    pattern = re.escape(keyword)
    return rf"(?<![\w-]){pattern}(?![\w-])" if keyword.isascii() else pattern


def _plan(body: Json, signs: ThinkSigns) -> str:
    return "plan mode" if signs.plan_mode and is_planning(body) else ""
