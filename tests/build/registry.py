"""A package registry for npm on loopback, just enough of one to install from."""

import base64
import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

Json = dict[str, Any]


@contextmanager
def registry(packed: list[Path]) -> Iterator[str]:
    """Serve packages as `npm pack` makes them; give the registry's address."""
    manifests = {path: manifest(path) for path in packed}

    class Packages(BaseHTTPRequestHandler):
        def log_message(self, *_words: Any) -> None:
            pass

        def do_GET(self) -> None:
            wanted = unquote(self.path).strip("/")
            for path, found in manifests.items():
                if wanted == path.name:
                    return self.reply(path.read_bytes())
                if wanted == found["name"]:
                    return self.reply(json.dumps(self.document(path, found)).encode())
            self.send_error(404)
            return None

        def document(self, path: Path, found: Json) -> Json:
            digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
            place = {"tarball": f"http://{self.headers['host']}/{path.name}", "integrity": f"sha512-{digest}"}
            versions = {found["version"]: {**found, "dist": place}}
            return {"name": found["name"], "dist-tags": {"latest": found["version"]}, "versions": versions}

        def reply(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Packages)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def manifest(path: Path) -> Json:
    """Return the `package.json` in a packed package."""
    with tarfile.open(path) as archive:
        stream = archive.extractfile("package/package.json")
        assert stream is not None
        found: Json = json.loads(stream.read())
    return found
