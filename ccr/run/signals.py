"""What signals do to ccr: they belong to the child of a session, and end a service."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ccr.run import terminal

Number = signal.Signals

FORWARDED = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
TYPED = tuple(getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name))
"""What Ctrl-C and Ctrl-\\ send, to all processes of the terminal at once."""

ENDING = (*FORWARDED, signal.SIGINT)

REPLACED = tuple(getattr(signal, name) for name in ("SIGUSR1",) if hasattr(signal, name))
"""What tells a service that another one takes its place, so that the port has to be free at once."""


class Relay:
    """Passes our signals on to a child that may not have been started yet."""

    def __init__(self) -> None:
        self._send: Callable[[int], None] | None = None
        self._waiting: list[int] = []

    def connect(self, send: Callable[[int], None]) -> None:
        """Give the child what came for it so far, and what will come."""
        self._send = send
        for number in self._waiting:
            send(number)

    def forward(self, number: int, _frame: FrameType | None) -> None:
        """Pass a signal on."""
        if self._send is None:
            self._waiting.append(number)
        else:
            self._send(number)

    def forward_typed(self, number: int, frame: FrameType | None) -> None:
        """Pass on a signal of the keyboard, unless the terminal has sent it to the child as well."""
        if not terminal.is_ours():
            self.forward(number, frame)


@contextmanager
def relayed() -> Iterator[Relay]:
    """Let signals go to the child instead of ending us, who have to clean up after it.

    These are Python's own handlers, because the child lives before Trio is imported. Handlers, unlike `SIG_IGN`,
    are not inherited by the child. A signal that is ignored already stays ignored, as under `nohup`.
    """
    relay = Relay()
    handlers = dict.fromkeys(FORWARDED, relay.forward) | dict.fromkeys(TYPED, relay.forward_typed)
    before = {number: signal.getsignal(number) for number in handlers}
    taken = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, handlers[number])
    try:
        yield relay
    finally:
        for number in taken:
            signal.signal(number, before[number])


def ending() -> list[Number]:
    """Return the signals that end a service: all but those that whoever started us has set to be ignored."""
    return [Number(number) for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
