"""Checks of a built binary: what it holds, and that what it holds works."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from check_command import expect_clean
from trial import PROVIDER, Trial, Upstream, expect, provider, split, upstream

ROOT = Path(__file__).resolve().parent.parent

LOGINS = {"vertex-gemini", "vertex-claude", "vertex-openai", "gemini-cli", "qwen-cli", "rovo-cli"}
"""Transformers that need somebody's credentials; that they are there is all that can be told."""

NAMES = """asyncio base64 bisect calendar collections concurrent.futures configparser contextlib csv ctypes dataclasses
datetime decimal difflib email.message enum fractions functools getpass glob gzip hashlib heapq hmac html.parser
http.client http.server imaplib importlib.metadata inspect io itertools json locale logging.handlers lzma math mimetypes
multiprocessing operator os pathlib pickle platform pprint queue random re secrets select shlex shutil signal smtplib
socket sqlite3 ssl statistics string struct subprocess tarfile tempfile textwrap threading time timeit tomllib traceback
types typing unicodedata urllib.parse urllib.request uuid warnings weakref xml.dom.minidom xml.etree.ElementTree zipfile
zlib zoneinfo"""
STDLIB = NAMES.split()
"""What plugins like to import."""

PYTHON = f"""import importlib, os, subprocess

from ccr.transform.base import Transformer

MODULES = {STDLIB}


class Probe(Transformer):
    name = "probe"

    def edit(self, request, context):
        loaded = [importlib.import_module(name).__name__ for name in MODULES]
        import csv, io, sqlite3, zoneinfo
        from xml.etree import ElementTree
        row = sqlite3.connect(":memory:").execute("select 6 * 7").fetchone()
        text = ElementTree.fromstring("<a><b>deep</b></a>").find("b").text
        rows = list(csv.reader(io.StringIO("1,2")))
        "gb".encode("gb18030"), "jis".encode("shift_jis")
        subprocess.run("env -0 > environment", shell=True, cwd=os.environ["HOME"], check=True)
        request["probe"] = {{"loaded": len(loaded), "row": row[0], "text": text, "rows": rows}}
        return request
"""

JAVASCRIPT = """const path = require("path");
class Mark {
  name = "mark";
  async transformRequestIn(request) { request.mark = path.join("a", "b"); return request; }
}
module.exports = Mark;
"""


def check_transformers(trial: Trial) -> None:
    """Every transformer that the README lists is there, and a request goes through it."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- transformers:")[2]
    names = re.findall(r"^\| `([\w-]+)` \|", table.partition("<!-- /transformers")[0], re.MULTILINE)
    expect(len(names) > 25, f"README.md lists {names}")
    with upstream() as up:
        options = {"max_tokens": 9, "project": "p", "location": "global"}
        one_each = [provider(up.url, name=f"p-{name}", transformer={"use": [[name, options]]}) for name in names]
        trial.configure(*one_each)
        printed = trial.run("config", "check")
        expect("unknown" not in printed, printed)
        with trial.service():
            for name in [name for name in names if name not in LOGINS]:
                before = len(up.requests)
                try:
                    trial.ask(f"p-{name},m")
                except OSError as error:
                    # Dialects other than chat completions refuse the answer, but they must have asked.
                    expect(len(up.requests) > before, f"{name}: {error}")


def check_plugin(trial: Trial) -> None:
    """A user's transformer in Python may import what it likes, and starts programs in a clean environment."""
    (trial.home / "probe.py").write_text(PYTHON, encoding="utf-8")
    with upstream() as up:
        answer_with(trial, up, "probe.py")
    expected = {"loaded": len(STDLIB), "row": 42, "text": "deep", "rows": [["1", "2"]]}
    expect(up.requests[-1].get("probe") == expected, f"the provider got {up.requests[-1]!r}")
    expect_clean(dict(line.split("=", 1) for line in split(trial.home / "environment")))


def check_javascript(trial: Trial) -> None:
    """A transformer in JavaScript works, where there is node."""
    if not trial.link("node"):
        print("       (there is no node)")
        return
    (trial.home / "mark.js").write_text(JAVASCRIPT, encoding="utf-8")
    with upstream() as up:
        answer_with(trial, up, "mark.js")
    expect(up.requests[-1].get("mark") == "a/b", f"the provider got {up.requests[-1]!r}")


def check_tls(trial: Trial) -> None:
    """Only certificates that the system trusts are trusted."""
    if not shutil.which("openssl"):
        print("       (there is no openssl to make a certificate with)")
        return
    with upstream() as up:
        certificate = secure(up, trial.home)
        trial.configure(provider(up.url.replace("http://127.0.0.1", "https://localhost")))
        with trial.service():
            try:
                trial.ask()
            except OSError:
                expect(not up.requests, "a request got through")
            else:
                expect(False, "a stranger's certificate was trusted")
        # As the system's store, which SSL_CERT_FILE stands for everywhere.
        trial.environment["SSL_CERT_FILE"] = str(certificate)
        with trial.service():
            trial.ask()


def check_completions(trial: Trial) -> None:
    """The completions that are packed are those of the binary."""
    for shell, name in (("bash", "ccr.bash"), ("zsh", "_ccr"), ("fish", "ccr.fish")):
        packed = (ROOT / "completions" / name).read_text(encoding="utf-8")
        expect(trial.run("completions", shell) == packed, f"completions/{name} is out of date")


def check_libraries(trial: Trial) -> None:
    """The libraries need no newer glibc than the README says."""
    if not shutil.which("objdump"):
        print("       (there is no objdump)")
        return
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    stated = re.search(r"glibc (2\.\d+)", readme)
    expect(stated is not None, "README.md doesn't say which glibc is needed")
    trial.run("help")  # unpacks
    found = set(needed_glibc(unpacked(trial)))
    expect(stated is not None and max(found, default=0) <= int(stated[1].partition(".")[2]), f"glibc 2.{max(found)}")


def needed_glibc(folder: Path) -> Iterator[int]:
    """Yield the minor numbers of the glibc versions whose symbols a folder's programs and libraries use."""
    for path in folder.rglob("*"):
        if path.is_file() and path.open("rb").read(4) == b"\x7fELF":
            listing = subprocess.run(["objdump", "-T", path], capture_output=True, text=True, timeout=60, check=True)
            yield from map(int, re.findall(r"\bGLIBC_2\.(\d+)", listing.stdout))


def unpacked(trial: Trial) -> Path:
    """Return the folder that the binary has unpacked to."""
    [folder] = Path(trial.environment["XDG_CACHE_HOME"], "ccr").iterdir()
    return folder


def answer_with(trial: Trial, up: Upstream, file: str) -> None:
    """Send a request through a user's transformer."""
    trial.configure(provider(up.url, transformer={"use": [{"path": str(trial.home / file)}]}))
    with trial.service():
        answer = trial.ask(f"{PROVIDER},m")
    expect(answer["content"] == [{"type": "text", "text": "Hello."}], f"the answer is {answer!r}")


def secure(up: Upstream, folder: Path) -> Path:
    """Make a provider speak TLS; return its certificate, which signs itself."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
        *subject,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    up.server.socket = context.wrap_socket(up.server.socket, server_side=True, do_handshake_on_connect=False)
    return certificate


CHECKS: tuple[Callable[[Trial], None], ...] = (
    check_transformers,
    check_plugin,
    check_javascript,
    check_tls,
    check_completions,
    check_libraries,
)
