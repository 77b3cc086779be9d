"""A scripted chat-completions server for the real client: a model whose every answer the test writes.

It runs in threads beside the test, since client and router are other processes.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.chat import delta, sse, usage

Body = dict[str, Any]
Answer = bytes | tuple[int, Body] | None
"""A stream's bytes, an error's status and body, or None for a stream that breaks off after its first words."""
Script = Callable[[Body], Answer]

BROKEN = sse([delta(content="This will br")], end=b"")


class Model:
    """What the server has seen, and where it is."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Body] = []
        self.url = ""

    @property
    def turns(self) -> list[Body]:
        """The requests of the conversation itself: those that bring tools."""
        return [body for body in self.seen if body.get("tools")]


def say(text: str, *, thinking: str = "") -> bytes:
    """Return an answer in words."""
    thoughts = [delta(reasoning_content=thinking)] if thinking else []
    return sse([*thoughts, delta(content=text), delta(finish="stop"), usage(100, 10)])


def call(*calls: tuple[str, Body], text: str = "", tokens: int = 100) -> bytes:
    """Return an answer that calls tools: (name, arguments) each; `tokens` is what it tells of the prompt."""
    chunks = [delta(content=text)] if text else []
    for index, (name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": json.dumps(arguments)}
        chunks.append(delta(tool_calls=[{"index": index, "id": f"call_{index}", "function": function}]))
    return sse([*chunks, delta(finish="tool_calls"), usage(tokens, 10)])


def results(body: Body) -> list[str]:
    """Return the texts of the tool results in a request."""
    return [str(m["content"]) for m in body["messages"] if m["role"] == "tool"]


@contextmanager
def serving(script: Script) -> Iterator[Model]:
    """Serve until the block ends."""
    model = Model(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            model.seen.append(body)
            answer = _side_answer(body) or model.script(body)
            if isinstance(answer, tuple):
                self._send(answer[0], json.dumps(answer[1]).encode())
            elif answer is None:
                self._break_off()
            else:
                self._send(200, answer)

        def _send(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _break_off(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(BROKEN) + 100))
            self.end_headers()
            self.wfile.write(BROKEN)
            self.close_connection = True

        def log_message(self, *args: Any) -> None:
            """Say nothing; the test's output is for the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        model.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield model
        finally:
            server.shutdown()
            thread.join()


def _side_answer(body: Body) -> bytes | None:
    """Titles and topics are asked for beside the conversation; they get one."""
    return say('{"title": "A test"}') if body.get("response_format") else None
