"""What the relay sends to the client's side of the ASGI interface."""

import math
from typing import Any

import trio

from ccr.core.event import Fault
from ccr.net.relay import Relay
from tests.aio import trio_test
from tests.legal import events


class Client:
    """Takes what is sent; `stalled` makes it take nothing more."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.stalled = False

    async def send(self, message: dict[str, Any]) -> None:
        if self.stalled:
            await trio.sleep(math.inf)
        self.messages.append(message)

    @property
    def head(self) -> dict[str, Any]:
        return {k.decode(): v.decode() for k, v in self.messages[0]["headers"]} | {"status": self.messages[0]["status"]}

    @property
    def body(self) -> bytes:
        return b"".join(m["body"] for m in self.messages[1:])


@trio_test(autojump=True)
async def test_headers_go_out_with_the_first_bytes() -> None:
    client = Client()
    relay = Relay(client.send, stream=True, headers={"x-one": "1"})
    assert client.messages == []
    relay.headers["x-two"] = "2"
    await relay.write(b"data")
    assert (client.head["status"], client.head["x-one"], client.head["x-two"]) == (200, "1", "2")
    assert client.body == b"data"
    await relay.finish()
    await relay.finish()
    assert [m.get("more_body") for m in client.messages[1:]] == [True, False]


@trio_test(autojump=True)
async def test_a_failure_ends_the_stream_with_an_error_event() -> None:
    client = Client()
    relay = Relay(client.send, stream=True, headers={})
    await relay.ping()
    await relay.fail(Fault("overloaded_error", "busy", 529))
    assert [name for name, _ in events(client.body)] == ["ping", "error"]
    assert client.messages[-1]["more_body"] is False


@trio_test(autojump=True)
async def test_a_whole_answer_has_its_length() -> None:
    client = Client()
    await Relay(client.send, stream=False, headers={}).respond(429, {"retry-after": "3"}, b"{}")
    assert (client.head["status"], client.head["content-length"], client.head["retry-after"]) == (429, "2", "3")


@trio_test(autojump=True)
async def test_no_value_of_a_header_begins_another() -> None:
    client = Client()
    await Relay(client.send, stream=False, headers={"x-model": "m\r\nx-evil: 1\0"}).respond(200, {}, b"")
    assert client.head["x-model"] == "m x-evil: 1 "


@trio_test(autojump=True)
async def test_no_ping_goes_between_while_a_write_is_under_way() -> None:
    client = Client()
    relay = Relay(client.send, stream=True, headers={})
    await relay.write(b"first")
    client.stalled = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(relay.write, b"second")
        await trio.testing.wait_all_tasks_blocked()
        await relay.ping()
        assert relay.writing_since is not None
        nursery.cancel_scope.cancel()
    assert client.body == b"first"
