import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import trio

from ccr.errors import CommandError
from ccr.net.download import download


@contextmanager
def files(location: str = "") -> Iterator[str]:
    """Serve `/file`, `/large`, and redirects to `/file` or `location`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_words: object) -> None:
            pass

        def do_GET(self) -> None:
            bodies = {"/file": b"content", "/large": bytes(5000)}
            if self.path in bodies:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(bodies[self.path])
            else:
                self.send_response(302 if self.path != "/missing" else 404)
                self.send_header("location", {"/moved": "/file", "/loop": "/loop"}.get(self.path, location))
                self.send_header("content-length", "0")
                self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(10)


def fetch(url: str, limit: int = 1000) -> bytes:
    return trio.run(partial(download, url, proxy_url=None, env={}, limit=limit))


@pytest.mark.parametrize("path", ["/file", "/moved"])
def test_file_is_fetched(path: str) -> None:
    with files() as url:
        assert fetch(url + path) == b"content"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/missing", "answered 404"),
        ("/loop", "redirects too often"),
        ("/large", "larger than"),
        ("/elsewhere", "not an https address"),
    ],
)
def test_what_is_wrong_is_told_without_secrets(path: str, expected: str) -> None:
    with files(location="http://user:pw@example.invalid/x?token=s") as url, pytest.raises(CommandError) as error:
        fetch(f"{url}{path}")
    assert expected in str(error.value)
    assert "pw" not in str(error.value)
    assert "token" not in str(error.value)


@pytest.mark.parametrize("url", ["http://example.invalid/x", "file:///etc/passwd", "ftp://x/y"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(CommandError, match="not an https address"):
        fetch(url)


def test_nobody_there_is_told() -> None:
    with pytest.raises(CommandError, match="can't be reached"):
        fetch("http://127.0.0.1:9/x")
