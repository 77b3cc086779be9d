"""What is packed is the same for the same content, and holds what installers look for."""

import io
import sys
import tarfile
import zipfile
from types import ModuleType

import pytest

from tests.build import load
from tests.source import ROOT

FILES = {"ccr": b"\x7fELF" * 1000, "LICENSE": b"MIT", "completions/_ccr": b"#compdef ccr"}


@pytest.fixture(scope="module")
def pack() -> ModuleType:
    return load("pack")


def test_archive_holds_the_files_and_only_the_program_is_executable(pack: ModuleType) -> None:
    with tarfile.open(fileobj=io.BytesIO(pack.tarred(FILES, executable="ccr"))) as archive:
        found = {entry.name: archive.extractfile(entry) for entry in archive}
        assert {name: stream.read() for name, stream in found.items() if stream} == FILES
        assert {entry.name: entry.mode for entry in archive} == {
            "ccr": 0o755,
            "LICENSE": 0o644,
            "completions/_ccr": 0o644,
        }
        assert {(entry.uid, entry.uname, entry.mtime) for entry in archive} == {(0, "", pack.EARLIEST_SECONDS)}


def test_archives_of_the_same_files_are_the_same(pack: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    tarred, zipped = pack.tarred(FILES, executable="ccr"), pack.zipped(FILES)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert (pack.tarred(FILES, executable="ccr"), pack.zipped(FILES)) == (tarred, zipped)


def test_zip_holds_the_files(pack: ModuleType) -> None:
    with zipfile.ZipFile(io.BytesIO(pack.zipped(FILES))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


@pytest.mark.parametrize(
    ("system", "machine", "libc", "expected"),
    [
        ("linux", "x86_64", "glibc", "linux-x64"),
        ("linux", "aarch64", "", "linux-arm64-musl"),
        ("darwin", "arm64", "", "macos-arm64"),
        ("win32", "AMD64", "", "windows-x64"),
        ("linux", "riscv64", "glibc", "linux-riscv64"),
    ],
)
def test_platform_is_named(
    pack: ModuleType, monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str, expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    assert pack.target() == expected


def test_what_goes_along_is_there(pack: ModuleType) -> None:
    assert [name for name in pack.ALONG if not (ROOT / name).is_file()] == []
    shells = {f"completions/{path.name}" for path in (ROOT / "completions").iterdir()}
    assert shells <= set(pack.ALONG)
