"""Puts the user's own text in place of Claude Code's system prompt, as far as its part about the environment."""

from ccr.core.unified import Json

MARKS = ("<env>", "# Environment")
"""Where the part about the environment begins: up to 2.0, and in 2.1."""


def rewritten(body: Json, text: str) -> Json:
    """Return the body with `text` before the last mark of the system block that has one; the same if none has.

    Requests for titles and of subagents have no such block, and keep their prompt.
    """
    system = body.get("system")
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    if not isinstance(blocks, list):
        return body
    for index, block in enumerate(blocks):
        said = block.get("text") if isinstance(block, dict) else None
        mark = next((mark for mark in MARKS if mark in said), None) if isinstance(said, str) else None
        if mark:
            kept = str(said).rpartition(mark)[2]
            return {**body, "system": [*blocks[:index], {**block, "text": f"{text}{mark}{kept}"}, *blocks[index + 1 :]]}
    return body
