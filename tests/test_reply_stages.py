"""Stages of a transformer before the decoder."""

from ccr.anthropic.encoder import Heading
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.unify import unify
from ccr.dialect.openai_chat import OpenAIChat
from ccr.errors import UpstreamError
from ccr.reply import Reply
from ccr.transform.base import Stage
from tests.chat import TARGET, delta, request, sse


class Replace:
    """Holds a byte back, so that the end matters."""

    def __init__(self, old: bytes, new: bytes) -> None:
        self.old, self.new = old, new
        self.held = b""

    def feed(self, data: bytes) -> bytes:
        data = self.held + data.replace(self.old, self.new)
        self.held = data[-1:]
        return data[:-1]

    def close(self) -> bytes:
        held, self.held = self.held, b""
        return held


class Broken(Replace):
    def feed(self, data: bytes) -> bytes:
        raise UpstreamError("not like this", status=500, kind="api_error")


def reply(*stages: Stage) -> Reply:
    heading = Heading(message_id="msg_1", model="claude-x", seal=str)
    decoder = OpenAIChat().decoder(unify(request()), TARGET)
    return Reply(decoder, [], MessageEncoder(heading), stages=stages)


def test_stages_pass_bytes_on_to_their_ends() -> None:
    found = reply(Replace(b"first", b"second"), Replace(b"second", b"third"))
    out = found.feed(sse([delta(content="first, second")], end=b""))
    out += found.feed(sse([delta(finish="stop")], end=b"data: [DONE]"))
    assert b'"third, third"' in out + found.close()


def test_stage_that_fails_ends_the_reply() -> None:
    found = reply(Broken(b"", b""))
    found.feed(b"data: {}\n\n")
    found.close()
    assert found.fault is not None
    assert found.fault.message == "not like this"
