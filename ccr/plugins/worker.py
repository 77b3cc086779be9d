"""Runs a user's Python function, sync or async, in a thread with a time limit, so that it can't hold up the server.

What doesn't return in time is left behind. A thread can't be killed, so a function that hangs again and again is
refused until some of its threads have come back.
"""

import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import trio

from ccr.plugins.failure import PluginError, PluginLost, python_failure

HANGING = 8
"""Threads that one file may have at the same time."""
SLACK_SECONDS = 0.2
"""What an async function has for its own clean-up after the limit."""


class Worker:
    """Runs the functions of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._limiter = trio.CapacityLimiter(HANGING)

    async def run(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """Return what the function returns. Raises PluginError if it fails or takes longer than `limit` seconds."""
        late = PluginLost(f"no result after {limit:g} s ({self.path})")
        with trio.move_on_after(limit + SLACK_SECONDS):
            try:
                return await trio.to_thread.run_sync(
                    _call, function, arguments, limit, abandon_on_cancel=True, limiter=self._limiter
                )
            except trio.TooSlowError:
                raise late from None
            except PluginError:
                raise
            except Exception as error:
                raise PluginError(python_failure(error, self.path)) from None
        raise late


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], limit: float) -> Any:
    try:
        result = function(*arguments)
        return trio.run(_await, result, limit) if inspect.isawaitable(result) else result
    except (SystemExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"{type(error).__name__} was raised") from error


async def _await(result: Awaitable[Any], limit: float) -> Any:
    with trio.fail_after(limit):
        return await result
