import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.store import archive


def zipped(*files: tuple[str, bytes], mode: int = 0) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            made.writestr(info, content)
    return data.getvalue()


def tarred(*files: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, mode: str = "w:gz") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as made:  # type: ignore[call-overload]
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            made.addfile(info, io.BytesIO(content))
    return data.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "pack", [zipped, tarred, lambda *files: tarred(*files, mode="w")], ids=["zip", "tar.gz", "tar"]
)
def test_one_folder_round_all_is_left_out(pack: Callable[..., bytes], tmp_path: Path) -> None:
    archive.unpack(pack(("root/a", b"1"), ("root/sub/b", b"2")), tmp_path)
    assert tree(tmp_path) == {"a": b"1", "sub/b": b"2"}


def test_several_folders_stay(tmp_path: Path) -> None:
    archive.unpack(zipped(("a", b"1"), ("sub/b", b"2")), tmp_path)
    assert tree(tmp_path) == {"a": b"1", "sub/b": b"2"}


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a\\..\\x", "C:/x", "C:x"])
@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
def test_file_outside_of_the_folder_is_refused(pack: Callable[..., bytes], name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="outside of its folder"):
        archive.unpack(pack(("manifest.json", b"{}"), (name, b"x")), tmp_path / "inner")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    "data",
    [
        zipped(("x", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777),
        tarred(("x", b""), kind=tarfile.SYMTYPE),
        tarred(("x", b""), kind=tarfile.LNKTYPE),
        tarred(("x", b""), kind=tarfile.FIFOTYPE),
        tarred(("x", b""), kind=tarfile.CHRTYPE),
    ],
    ids=["zip link", "link", "hard link", "pipe", "device"],
)
def test_links_and_devices_are_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="a link or a device"):
        archive.unpack(data, tmp_path)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])
def test_bomb_is_refused(pack: Callable[..., bytes], tmp_path: Path) -> None:
    data = pack(("x", bytes(archive.BYTES + 5_000_000)))
    assert len(data) < 100_000
    with pytest.raises(CommandError, match="more than 20 MB"):
        archive.unpack(data, tmp_path)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="1000 files"):
        archive.unpack(zipped(*((f"f{number}", b"") for number in range(archive.FILES + 1))), tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 rubbish", b"\x1f\x8b rubbish", b"<html>"], ids=repr)
def test_rubbish_is_told(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no archive|damaged"):
        archive.unpack(data, tmp_path)
