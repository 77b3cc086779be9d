"""A circuit breaker: a provider's model that keeps failing is left alone for a while, then tried with one request.

closed --THRESHOLD failures in a row within WINDOW--> open --pause--> half open --success--> closed
       --one failure that took as long--------------> ^ ^----------failure---------'  (the pause doubles)
"""

from collections import deque
from typing import Literal

THRESHOLD = 5
WINDOW = 60.0
"""Seconds within which the failures must come."""
PAUSE = 30.0
LONGEST_PAUSE = 300.0

State = Literal["closed", "open", "half_open"]


class Circuit:
    """The breaker of one provider's model. Times are in seconds, on any one clock."""

    def __init__(self) -> None:
        self._failures: deque[float] = deque(maxlen=THRESHOLD)
        self._pause = PAUSE
        self._opened_until: float | None = None
        self._is_probing = False

    def state(self, now: float) -> State:
        """Return the state at `now`."""
        if self._opened_until is None:
            return "closed"
        return "open" if now < self._opened_until else "half_open"

    def is_open(self, now: float) -> bool:
        """Tell whether requests should go elsewhere: it is open, or its one probe is under way."""
        state = self.state(now)
        return state == "open" or (state == "half_open" and self._is_probing)

    def left(self, now: float) -> float:
        """Return the seconds until a probe is allowed; 0 if it is not open."""
        return max(0.0, (self._opened_until or now) - now)

    def begin(self, now: float) -> bool:
        """A request goes through; tell whether it is the probe. A probe must end in one of the three below."""
        if self.state(now) != "half_open" or self._is_probing:
            return False
        self._is_probing = True
        return True

    def release(self) -> None:
        """The probe ended without a result, because its client left."""
        self._is_probing = False

    def succeed(self) -> None:
        """A request was answered."""
        self._failures.clear()
        self._pause = PAUSE
        self._opened_until = None
        self._is_probing = False

    def fail(self, now: float, *, is_probe: bool = False, took: float = 0.0) -> None:
        """A request failed through the provider's fault, after so many seconds.

        A provider that is mute until a limit runs out would cost every request that long before another is asked.
        """
        if is_probe:
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
            self._open(now)
        elif self._opened_until is None:
            self._failures.append(now)
            came_thick = len(self._failures) == THRESHOLD and now - self._failures[0] <= WINDOW
            if came_thick or took >= WINDOW:
                self._open(now)

    def _open(self, now: float) -> None:
        self._opened_until = now + self._pause
        self._is_probing = False
        self._failures.clear()
