"""Makes npm packages out of the archives of a release: python3 build/npm/packages.py DIST OUT --name @OWNER/ccr

One package for each platform holds the executable. The main package, which depends on all of them optionally, starts
the one that npm has installed. `npm publish` of each folder does the rest. Needs only the standard library.
"""

import argparse
import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from ccr.version import VERSION  # noqa: E402 - the repository is no package of this Python

SYSTEMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}
"""Our names of the systems, and Node's."""

Manifest = dict[str, Any]


def main(words: list[str]) -> int:
    """Make all packages; say which."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("dist", type=Path, help="the folder with the archives ccr-PLATFORM.tar.gz and .zip")
    parser.add_argument("out", type=Path, help="the folder for the packages, one folder for each")
    parser.add_argument("--name", required=True, help="the main package's name; the others' begin with it")
    parser.add_argument("--repository", default="", help="the address of the repository, which npm's provenance needs")
    given = parser.parse_args(words)
    archives = find(given.dist)
    if not archives:
        parser.error(f"there is no archive in {given.dist}")
    common = shared(given.repository)
    names = {platform: f"{given.name}-{platform}" for platform in archives}
    for platform, archive in archives.items():
        folder = fresh(given.out / f"ccr-{platform}")
        unpack(archive, folder)
        write(folder, {"name": names[platform], **common, **fits(platform)})
    folder = fresh(given.out / "ccr")
    shutil.copy(HERE / "ccr.js", folder)
    shutil.copy(ROOT / "README.md", folder)
    write(folder, {"name": given.name, **common, **starts(list(names.values()))})
    print("\n".join([*sorted(names.values()), given.name]))
    return 0


def find(dist: Path) -> dict[str, Path]:
    """Return the archives by their platforms: `linux-x64`, `linux-arm64-musl`, `windows-x64`."""
    found = {}
    for path in sorted([*dist.glob("ccr-*.tar.gz"), *dist.glob("ccr-*.zip")]):
        platform = path.name.removeprefix("ccr-").removesuffix(".tar.gz").removesuffix(".zip")
        if platform.partition("-")[0] in SYSTEMS:
            found[platform] = path
    return found


def shared(repository: str) -> Manifest:
    """Return what all manifests have in common."""
    about: Manifest = {
        "version": VERSION,
        "description": "A local proxy that runs Claude Code on any provider's models",
        "license": "MIT",
    }
    return {**about, "repository": {"type": "git", "url": f"git+{repository}.git"}} if repository else about


def fits(platform: str) -> Manifest:
    """Return which machines npm installs a platform's package on."""
    system, machine, *library = platform.split("-")
    # Windows on ARM runs x64 programs.
    machines = ["x64", "arm64"] if platform == "windows-x64" else [machine]
    manifest: Manifest = {"os": [SYSTEMS[system]], "cpu": machines, "files": [program(platform)]}
    if system == "linux":
        manifest["libc"] = library or ["glibc"]
    # Yarn would else keep it in an archive, where it can't be run.
    return {**manifest, "preferUnplugged": True}


def starts(others: list[str]) -> Manifest:
    """Return what makes the main package start one of the others."""
    return {
        "bin": {"ccr": "ccr.js"},
        "engines": {"node": ">=18"},
        "files": ["ccr.js"],
        "optionalDependencies": dict.fromkeys(sorted(others), VERSION),
    }


def program(platform: str) -> str:
    """Return the executable's name."""
    return "ccr.exe" if platform.startswith("windows") else "ccr"


def unpack(archive: Path, folder: Path) -> None:
    """Put the executable and the license of an archive into a folder."""
    for name in ("ccr", "ccr.exe", "LICENSE"):
        content = member(archive, name)
        if content is not None:
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o644 if name == "LICENSE" else 0o755)


def member(archive: Path, name: str) -> bytes | None:
    """Return a file of an archive, None if it isn't there."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            return opened.read(name) if name in opened.namelist() else None
    with tarfile.open(archive) as opened:
        stream = opened.extractfile(name) if name in opened.getnames() else None
        return stream.read() if stream else None


def fresh(folder: Path) -> Path:
    """Make an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder)
    return folder


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a package's manifest."""
    (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
