import pytest
import trio
import trio.testing

from ccr.plugins.failure import PluginError
from ccr.plugins.js.channel import Channel, Thrown
from ccr.plugins.js.frame import PIECE, WINDOW, Frame, Frames, Kind
from tests.aio import trio_test


class Sent:
    """What a channel has sent."""

    def __init__(self) -> None:
        self.data = b""
        self.channel = Channel(1, self.add)

    def add(self, data: bytes) -> None:
        self.data += data

    @property
    def frames(self) -> list[Frame]:
        return Frames().feed(self.data)


@trio_test(autojump=True)
async def test_data_waits_for_room() -> None:
    sent = Sent()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sent.channel.data, b"x" * (WINDOW + PIECE))
        await trio.testing.wait_all_tasks_blocked()
        assert sum(len(f.payload) for f in sent.frames) == WINDOW
        sent.channel.take(Frame(Kind.CREDIT, 1, PIECE.to_bytes(4, "big")))
    assert sum(len(f.payload) for f in sent.frames) == WINDOW + PIECE


@trio_test(autojump=True)
async def test_data_that_was_read_makes_room_for_more() -> None:
    sent = Sent()
    sent.channel.take(Frame(Kind.DATA, 1, b"abc"))
    assert (await sent.channel.frame()).payload == b"abc"
    assert sent.frames == [Frame(Kind.CREDIT, 1, (3).to_bytes(4, "big"))]


@trio_test(autojump=True)
async def test_error_is_raised_with_its_stack() -> None:
    sent = Sent()
    sent.channel.take(Frame(Kind.ERROR, 1, b'{"message": "no", "stack": "Error: no\\n at x"}'))
    with pytest.raises(Thrown, match="no") as caught:
        await sent.channel.frame()
    assert caught.value.stack == "Error: no\n at x"


@trio_test(autojump=True)
async def test_lost_child_frees_who_waits() -> None:
    sent = Sent()

    async def wait() -> None:
        with pytest.raises(PluginError, match="is gone"):
            await sent.channel.frame()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        nursery.start_soon(sent.channel.data, b"x" * (WINDOW + 1))
        await trio.testing.wait_all_tasks_blocked()
        sent.channel.lose("the child is gone")


@pytest.mark.parametrize(("kind", "count"), [(None, 1), (Kind.DATA, 1), (Kind.RESULT, 0), (Kind.END, 0)])
def test_only_what_runs_is_cancelled(kind: Kind | None, count: int) -> None:
    sent = Sent()

    async def main() -> None:
        if kind is not None:
            sent.channel.take(Frame(kind, 1, b""))
        sent.channel.cancel()
        sent.channel.cancel()

    trio.run(main)
    assert [frame.kind for frame in sent.frames] == [Kind.CANCEL] * count
