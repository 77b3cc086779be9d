"""Where the user works: the folder that Claude Code tells its model, and the name that it has among its projects."""

import re

from ccr.route.body import Json, backwards, blocks, text

_MARK = "orking directory: "
_LIMIT = 4096
_NO_NAME = re.compile(r"[^A-Za-z0-9]")


def find_folder(body: Json) -> str:
    """Return the working directory that the system prompt names, or an empty string.

    A line `Working directory: ...` (2.0 and before) or `Primary working directory: ...` (2.1), in the system prompt or
    in a system message.
    """
    said = [text(block) for block in blocks(body.get("system"))]
    for message in backwards(body, "system"):
        said += [text(block) for block in blocks(message.get("content"))]
    for part in said:
        start = part.find(_MARK)
        if start >= 0:
            return part[start + len(_MARK) :].partition("\n")[0].strip()[:_LIMIT]
    return ""


def project_name(folder: str) -> str:
    """Return the name of the folder below `~/.claude/projects` in which Claude Code keeps a project's sessions."""
    return _NO_NAME.sub("-", folder)
