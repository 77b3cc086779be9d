"""Finds the last reply in Claude Code's transcript: one JSON object a line, the oldest first."""

from collections.abc import Iterable

from ccr.core.quickjson import loads
from ccr.status.value import Json, mapping, text


def last_reply(lines: Iterable[bytes]) -> Json | None:
    """Return the `message` of the newest assistant record that names a model; `lines` come newest first."""
    for line in lines:
        # Most lines are no replies, and some are megabytes long.
        if b'"assistant"' not in line:
            continue
        try:
            record = loads(line)
        except ValueError:
            # The line that is being written just now, or one that was cut off at the beginning.
            continue
        message = mapping(record, "message")
        # Claude Code's own notes, such as an interruption, bear the model `<synthetic>`.
        if text(record, "type") == "assistant" and text(message, "model").strip("<") not in ("", "synthetic>"):
            return message
    return None
