"""Decides which module runs a command, and turns what goes wrong into one line and an exit code."""

import errno
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from ccr.cli.own import DEBUG, Own, take
from ccr.errors import CcrError, CommandError

INTERRUPTED = 130
FOREGROUND = "--foreground"
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO)
"""What a disk says that is full, broken, or not ours to write to."""


def run(words: Sequence[str]) -> int:
    """Run the command that `words` say and return the exit code of the process."""
    return _guarded(partial(_dispatch, words), debug=words[:1] == [DEBUG])


def _guarded(command: Callable[[], int], *, debug: bool) -> int:
    is_debug = debug or bool(os.environ.get("CCR_DEBUG"))
    try:
        return command()
    except CcrError as error:
        if is_debug:
            raise
        _complain(str(error))
        return error.code if isinstance(error, CommandError) else 1
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # Whoever reads our output has seen enough; the interpreter must not complain either when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, BaseExceptionGroup) as error:
        # What runs on Trio wraps what happens in it.
        if isinstance(error, BaseExceptionGroup) and error.subgroup(KeyboardInterrupt):
            return _interrupted()
        if is_debug:
            raise
        _complain(_unexpected(error))
        return 1


def _interrupted() -> int:
    """Give the shell's next prompt a line of its own, since the terminal has shown ^C where the cursor was."""
    # Pressed again, or passed on by a loader that got it as well: once is enough.
    with suppress(KeyboardInterrupt):
        if sys.stderr is not None and sys.stderr.isatty():
            print(file=sys.stderr)
    return INTERRUPTED


def _unexpected(error: BaseException) -> str:
    """Return what to tell of an error that nobody has put into words."""
    if isinstance(error, OSError) and error.errno in OF_THE_DISK:
        return f"{error.filename}: {error.strerror}" if error.filename else f"can't write: {error.strerror}"
    return f"internal error: {type(error).__name__}: {error}; `ccr --debug ...` tells more"


def _dispatch(words: Sequence[str]) -> int:
    own, rest = take(words)
    if rest[:1] == ["code"]:
        from ccr.cli import code

        return code.main(*take(rest[1:], own))
    if rest[:1] == ["start"]:
        own_too, foreign = take([word for word in rest[1:] if word != FOREGROUND], own)
        # What the parser has to refuse or explain is left to it.
        if not foreign and not own_too.routes and not own_too.profile:
            return _foreground(own_too) if FOREGROUND in rest or _is_watched() else _background(own_too)
    from ccr.cli.app import run_app

    return run_app(words)


def _is_watched() -> bool:
    from ccr.cli.supervisor import is_watched

    return is_watched(os.environ, pid=os.getpid(), parent=os.getppid())


def _background(own: Own) -> int:
    """Start the service without the parser: it takes as long as the start, and a service lives long with its memory."""
    with _loading():
        from ccr.cli import background
    return background.main(own, partial(_guarded, partial(_foreground, own), debug=own.debug))


def _foreground(own: Own) -> int:
    with _loading():
        from ccr.cli import foreground
    return foreground.main(own)


@contextmanager
def _loading() -> Iterator[None]:
    """Load modules: what is made meanwhile is no garbage, and looking for some in it takes an eighth of the start."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _complain(text: str) -> None:
    print(f"ccr: {text}", file=sys.stderr)
