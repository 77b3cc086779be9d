"""Packs a built executable: python build/pack.py MADE DIST

MADE is the folder with the executable. DIST gets it, an archive with what goes along with it, the bill of materials,
and their checksums. Nothing of it tells when or where it was made.
"""

import gzip
import hashlib
import io
import json
import platform
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sbom import bill

ROOT = Path(__file__).resolve().parent.parent
ALONG = ("LICENSE", "README.md", "CHANGELOG.md", "completions/_ccr", "completions/ccr.bash", "completions/ccr.fish")

EARLIEST = (1980, 1, 1, 0, 0, 0)
EARLIEST_SECONDS = 315532800
"""The time of every file, the same for all builds: the first that a .zip can tell."""

SYSTEMS: Mapping[str, str] = {"darwin": "macos", "win32": "windows"}
MACHINES: Mapping[str, str] = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}


def main(arguments: Sequence[str]) -> int:
    """Pack what the arguments name; return the exit code."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    made, dist = map(Path, arguments)
    program = "ccr.exe" if sys.platform == "win32" else "ccr"
    dist.mkdir(parents=True)
    shutil.copy(made / program, dist)
    name = f"ccr-{target()}"
    listing = json.dumps(bill(), indent=2, sort_keys=True).encode() + b"\n"
    files = {program: (dist / program).read_bytes(), **{path: (ROOT / path).read_bytes() for path in ALONG}}
    (dist / f"{name}.cdx.json").write_bytes(listing)
    if sys.platform == "win32":
        (dist / f"{name}.zip").write_bytes(zipped(files))
    else:
        (dist / f"{name}.tar.gz").write_bytes(tarred(files, executable=program))
    packed = sorted(dist.glob("ccr-*"))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in packed]
    (dist / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return 0


def target() -> str:
    """Return the name of the platform that the executable is for: `linux-x64`, `linux-arm64-musl`, `macos-arm64`."""
    system = SYSTEMS.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    is_musl = sys.platform == "linux" and platform.libc_ver()[0] != "glibc"
    return f"{system}-{MACHINES.get(machine, machine)}{'-musl' if is_musl else ''}"


def tarred(files: Mapping[str, bytes], *, executable: str) -> bytes:
    """Return a compressed archive of the files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(content), EARLIEST_SECONDS
            entry.mode = 0o755 if name == executable else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a .zip of the files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
