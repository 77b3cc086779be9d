"""What went wrong in a user's own code, told with the file and the line."""

import re
import traceback
from pathlib import Path
from typing import ClassVar

from ccr.errors import RequestError

MESSAGE_LIMIT = 500


class PluginError(RequestError):
    """The user's own code failed or gave something that can't be used. The message says which and where."""

    default_should_retry: ClassVar[bool | None] = False


class PluginLost(PluginError):
    """The user's code did not come to its end: it hung, or its process is gone. The next time may be better."""

    default_should_retry: ClassVar[bool | None] = None


def python_failure(error: BaseException, path: Path) -> str:
    """Return the error's kind, its words, and the line of `path` that it came from."""
    words = str(error)[:MESSAGE_LIMIT]
    told = f"{type(error).__name__}: {words}" if words else type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} ({error.filename or path}:{error.lineno or 1})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{told} ({path}:{frames[-1].lineno})" if frames else f"{told} ({path})"


def javascript_failure(message: str, stack: str, path: Path) -> str:
    """Return the error's words and the line of `path` that its stack names."""
    kind = re.match(r"(\w*Error)\b", stack) or re.search(r"^(\w*Error): ", stack, re.MULTILINE)
    told = f"{kind[1]}: {message[:MESSAGE_LIMIT]}" if kind else message[:MESSAGE_LIMIT]
    line = re.search(re.escape(str(path)) + r":(\d+)", stack)
    return f"{told} ({path}:{line[1]})" if line else f"{told} ({path})"
