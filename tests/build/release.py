"""Made-up releases, and a server on loopback that they are downloaded from."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

PROGRAM = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'claude-code-router version: {version}'\n"
"""Stands for the executable: it knows its version, and `ccr status` fails as if no service ran."""

LATEST = "owner/name/releases/latest/download"


def release(folder: Path, *, version: str = "0.1.0", program: str = "", platform: str = "linux-x64") -> Path:
    """Lay a release with one archive into a folder; return the archive."""
    text = program or PROGRAM.format(version=version)
    is_windows = platform.startswith("windows")
    name = f"ccr-{platform}.zip" if is_windows else f"ccr-{platform}.tar.gz"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    (_zip if is_windows else _tar)(path, {"ccr.exe" if is_windows else "ccr": text, "LICENSE": "MIT"})
    sums = folder / "SHA256SUMS"
    before = sums.read_text() if sums.exists() else ""
    sums.write_text(f"{before}{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n")
    return path


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the files of a folder; give the address. Of a file `NAME.short` only the first half of `NAME` comes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_words: Any) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.with_name(f"{path.name}.short").exists():
            super().do_GET()
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])


def _tar(path: Path, files: dict[str, str]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            entry.mode = 0o755
            archive.addfile(entry, io.BytesIO(text.encode()))


def _zip(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
