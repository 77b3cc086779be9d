"""Who asks: the session of Claude Code that a request belongs to."""

import re
from collections.abc import Mapping
from typing import Any

from ccr.core.jsonio import load

SESSION_HEADER = "x-claude-code-session-id"
AGENT_HEADER = "x-claude-code-agent-id"
"""Claude Code sends it (2.1 and later) with the requests of a subagent only."""

# Sessions name files of the user's overrides, so anything that could be a path is no session.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MARK = "_session_"
_USER_ID_LIMIT = 4096


def find_session(headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """Return the session id, or an empty string. `headers` have lower-case names.

    From the header (2.1 and later), else from `metadata.user_id`: JSON with `session_id` (2.1), or
    `user_<hash>_account_<id>_session_<id>` (before).
    """
    metadata = body.get("metadata")
    user_id = metadata.get("user_id") if isinstance(metadata, dict) else None
    told = headers.get(SESSION_HEADER, "")
    candidates = (told, _from_user_id(user_id) if isinstance(user_id, str) else "")
    return next((found for found in candidates if _ID.fullmatch(found)), "")


def find_agent(headers: Mapping[str, str]) -> str:
    """Return the id of the subagent that asks, or an empty string for the main conversation or when unknown."""
    return headers.get(AGENT_HEADER, "").strip()


def _from_user_id(user_id: str) -> str:
    if len(user_id) > _USER_ID_LIMIT:
        return ""
    if not user_id.startswith("{"):
        return user_id.rpartition(_MARK)[2] if _MARK in user_id else ""
    try:
        value = load(user_id)
    except (ValueError, RecursionError):
        return ""
    session = value.get("session_id") if isinstance(value, dict) else None
    return session if isinstance(session, str) else ""
