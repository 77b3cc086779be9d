"""A strict made-up provider for the commands that look at providers: it answers only what its rules allow."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.chat import delta, sse, usage

Json = dict[str, Any]
Answer = tuple[int, Any]
"""A status and a body: JSON, or bytes as they are (an event stream)."""


class Request:
    """One request as the provider got it; `body` is None without one."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def key(self) -> str:
        """The key that came, in whichever header."""
        bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
        return bearer or self.headers.get("x-api-key", "") or self.headers.get("x-goog-api-key", "")


Script = Callable[[Request], Answer]


class Vendor:
    """Where it is and what it has seen."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[Request] = []


def chat_reply(body: Json, text: str = "hi", **fields: Any) -> Answer:
    """Return a chat completion, streamed if the request asks for it."""
    if body.get("stream"):
        return 200, sse([delta(content=text, **fields), delta(finish="stop"), usage(5, 1)])
    message = {"role": "assistant", "content": text, **fields}
    return 200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5}}


def refusal(status: int, message: str, code: str = "") -> Answer:
    """Return an error as OpenAI words it."""
    return status, {"error": {"message": message, "type": "invalid_request_error", "code": code or None}}


@contextmanager
def vendor(script: Script) -> Iterator[Vendor]:
    """Serve a provider on loopback while the block runs."""
    made = Vendor()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_words: Any) -> None:
            pass

        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, json.loads(data) if data else None)
            made.seen.append(request)
            status, body = script(request)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            kind = "text/event-stream" if content.startswith(b"data:") else "application/json"
            self.send_header("content-type", "text/html" if content.startswith(b"<") else kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join(10)
