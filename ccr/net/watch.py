"""One task beside each request: notices that the client has gone, breaks long silence, and ends what takes too long.

The request's own task only leaves marks here; no read and no write carries a timeout of its own, because that would
cost a task switch for each chunk, and cancelling a read closes its connection.
"""

import math
from collections.abc import Callable

import msgspec
import trio

from ccr.net.relay import Receive, Relay

FIRST_BYTE_SECONDS = 4.5
"""A stream's status and first bytes go out by then: the client and proxies before it give up on mute servers."""
PING_SECONDS = 10.0
END_SECONDS = 1.0
"""So long a body may go on after its last word. Some servers never end theirs, and most readers stop at that word:
https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream"""
STOP_SECONDS = 10.0
"""The same after a finish reason, which figures and sometimes more text follow:
https://github.com/musistudio/claude-code-router/pull/1271"""
STALLED_SECONDS = 120.0
"""A client that takes no bytes for so long is gone, whatever its socket says."""


class Limits(msgspec.Struct, frozen=True):
    """How long an attempt may take, in seconds."""

    connect: float = 15.0
    first_token: float = 600.0
    idle: float = 300.0
    total: float = 3600.0


class Watch:
    """The marks of one request, and the task that looks at them."""

    def __init__(self, relay: Relay) -> None:
        self.gone = False
        self.expired = ""
        self._relay = relay
        self.accepted = trio.current_time()
        self._limits: Limits | None = None
        self._scope: trio.CancelScope | None = None
        self._attempt_began = 0.0
        self._progress = 0.0
        self._has_content = False
        self._over_at = math.inf
        self._sleep = trio.CancelScope()

    def begin(self, scope: trio.CancelScope, limits: Limits) -> None:
        """An attempt begins; `scope` is cancelled when it takes too long, and `expired` says why."""
        self._scope, self._limits = scope, limits
        self.expired = ""
        self._attempt_began = self._progress = trio.current_time()
        self._has_content = False
        self._over_at = math.inf
        self._sleep.deadline = min(self._sleep.deadline, self._wake())

    def progress(self) -> None:
        """Content has come. Bookkeeping of the upstream (comments, empty frames) does not count."""
        self._progress = trio.current_time()
        self._has_content = True

    def over(self, *, last: bool) -> None:
        """The upstream has said why it stops, or even its `last` word: the end of its body is not waited for much
        longer, unless there is still more of it.
        """
        now = trio.current_time()
        self._over_at = min(self._over_at, now + END_SECONDS) if last else now + STOP_SECONDS
        self._sleep.deadline = min(self._sleep.deadline, self._over_at)

    def end(self) -> None:
        """The attempt is over."""
        self._scope = self._limits = None

    async def run(
        self, receive: Receive, request: trio.CancelScope, *, outlives_client: Callable[[], bool] = lambda: False
    ) -> None:
        """Watch until the client goes; then cancel `request`, unless somebody else waits for the answer too."""
        while True:
            message = None
            with trio.CancelScope(deadline=self._wake()) as self._sleep:
                if self.gone:
                    await trio.sleep_forever()
                message = await receive()
            if message is not None and message["type"] == "http.disconnect":
                if self._relay.finished:
                    # A client with its whole answer is not gone, and whoever answered still has to conclude.
                    return
                self.gone = True
                if outlives_client():
                    continue
                request.cancel()
                return
            if await self._look():
                request.cancel()
                return

    def _wake(self) -> float:
        now = trio.current_time()
        times = [self._ping_due(), self._stall_due(), min(self._deadlines(), default=(math.inf, ""))[0]]
        if self._limits is not None:
            # The first content may bring the idle limit forward while this task sleeps.
            times.append(now + self._limits.idle)
        return max(min(times), now + 0.01)

    async def _look(self) -> bool:
        """Do what is due; tell whether the client must be given up."""
        now = trio.current_time()
        if now >= self._stall_due():
            self.gone = True
            return True
        due, why = min(self._deadlines(), default=(math.inf, ""))
        if now >= due and self._scope is not None:
            self.expired = why
            self._scope.cancel()
            self._scope = None
        if now >= self._ping_due():
            await self._relay.ping()
        return False

    def _ping_due(self) -> float:
        relay = self._relay
        if not relay.stream or relay.finished or relay.writing_since is not None:
            return math.inf
        return relay.last_write + PING_SECONDS if relay.started else self.accepted + FIRST_BYTE_SECONDS

    def _stall_due(self) -> float:
        since = self._relay.writing_since
        return math.inf if since is None else since + STALLED_SECONDS

    def _deadlines(self) -> list[tuple[float, str]]:
        """The moments at which the attempt is too slow, with the reason."""
        limits = self._limits
        if limits is None or self._scope is None:
            return []
        found = [
            (self._attempt_began + limits.total, f"no end of the reply after {limits.total:g} s"),
            (self._over_at, "no end of the reply's body"),
        ]
        if self._has_content:
            found.append((self._progress + limits.idle, f"no more of the reply for {limits.idle:g} s"))
        else:
            found.append((self._attempt_began + limits.first_token, f"no reply after {limits.first_token:g} s"))
        return found
