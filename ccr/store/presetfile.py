"""The presets on disk: a folder each, with the author's files, the user's answers and a note of ours."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from ccr.config.problem import Report, suggest
from ccr.config.syntax import document
from ccr.errors import CommandError, ConfigError
from ccr.preset.manifest import Manifest, check_name, read_manifest
from ccr.store import atomic
from ccr.store.archive import BYTES, FILES
from ccr.store.paths import Home

MANIFEST = "manifest.json"
VALUES = "values.json"
"""The answers, secrets among them: for nobody but their owner, never part of an export."""
NOTE = ".ccr.json"
OURS = (VALUES, NOTE)

Json = dict[str, Any]


class Note(msgspec.Struct, frozen=True):
    """Where a preset came from, and whether its user agreed to run its code: the code of this digest only."""

    source: str = ""
    installed: str = ""
    code: str = ""


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One installed preset."""

    name: str
    folder: Path
    manifest: Manifest
    values: Json
    note: Note

    @property
    def path(self) -> Path:
        """The manifest's file."""
        return self.folder / MANIFEST


def names(home: Home) -> list[str]:
    """Return the names of the installed presets."""
    with suppress(OSError):
        return sorted(folder.name for folder in home.presets.iterdir() if is_preset(folder))
    return []


def is_preset(folder: Path) -> bool:
    """Say whether a folder holds a preset, broken or not."""
    return not folder.name.startswith(".") and (folder / MANIFEST).is_file()


def find(home: Home, name: str) -> Preset:
    """Return an installed preset. Raises CommandError if there is none of that name, ConfigError for a broken one."""
    folder = home.presets / check_name(name)
    if not is_preset(folder):
        known = names(home)
        advice = suggest(name, known) if known else "`ccr preset install` installs one"
        raise CommandError(f"there is no preset {name!r}; {advice}")
    return load(folder)


def load(folder: Path) -> Preset:
    """Return the preset in a folder. Raises ConfigError if it can't be read."""
    manifest = read_manifest(_object(folder / MANIFEST))
    values = _object(folder / VALUES) if (folder / VALUES).exists() else {}
    return Preset(
        name=folder.name,
        folder=folder,
        manifest=manifest,
        values={**manifest.values, **values},
        note=_note(folder / NOTE),
    )


def answer(preset: Preset, values: Mapping[str, Any]) -> None:
    """Keep the answers of a preset's user. Raises CommandError if they can't be written."""
    _write(preset.folder / VALUES, values)


def sign(preset: Preset, note: Note) -> None:
    """Keep a note about a preset. Raises CommandError if it can't be written."""
    _write(preset.folder / NOTE, msgspec.to_builtins(note))


def new_note(source: str, *, code: str) -> Note:
    """Return the note of a preset that is installed now."""
    return Note(source, datetime.now(UTC).isoformat(timespec="seconds"), code)


def digest(folder: Path) -> str:
    """Return a name for the present content of the author's files. Consent to run them is given for that only."""
    # Loads OpenSSL.
    from hashlib import sha256

    found = sha256()
    for path in files(folder):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def files(folder: Path) -> list[Path]:
    """Return the author's files of a preset, in order. Raises CommandError for links, and if there are too many."""
    found: list[Path] = []
    size = 0
    for root, folders, members in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "node_modules", "__pycache__"))
        for name in sorted([*folders, *members]):
            path = Path(root, name)
            if path.is_symlink():
                raise CommandError(f"{path} is a link; a preset may only have files of its own")
            if name in members and not (path.parent == folder and name in OURS):
                found.append(path)
                size += path.stat().st_size
        if len(found) > FILES or size > BYTES:
            raise CommandError(
                f"{folder} is too large for a preset: {FILES} files and {BYTES // 1024 // 1024} MB at most"
            )
    return found


@contextmanager
def staging(home: Home) -> Iterator[Path]:
    """Yield an empty folder to prepare a preset in; what is left of it afterwards is removed."""
    folder = home.presets / f".new-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise CommandError(f"{home.presets} can't be written: {error.strerror}") from error
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, also if somebody presses Ctrl-C again meanwhile, or a loader passes it on a second time."""
    for _ in range(3):
        with suppress(KeyboardInterrupt):
            shutil.rmtree(folder, ignore_errors=True)
            return


def copy(source: Path, folder: Path) -> None:
    """Copy the author's files of a preset. Raises CommandError if that can't be done."""
    for path in files(source):
        target = folder / path.relative_to(source)
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        except OSError as error:
            raise CommandError(f"{path} can't be copied: {error.strerror}") from error


def put(home: Home, folder: Path, name: str) -> Preset:
    """Make a prepared folder the preset of that name, in one step; one that is there is replaced, its answers kept."""
    target = home.presets / check_name(name)
    for ours in OURS:
        # An author has no business with these.
        (folder / ours).unlink(missing_ok=True)
    if (target / VALUES).is_file():
        atomic.write(folder / VALUES, (target / VALUES).read_bytes())
    old = folder.with_name(f"{folder.name}.old")
    if target.exists():
        target.replace(old)
    try:
        folder.replace(target)
    except OSError as error:
        if old.exists():
            old.replace(target)
        raise CommandError(f"{target} can't be written: {error.strerror}") from error
    shutil.rmtree(old, ignore_errors=True)
    return load(target)


def delete(home: Home, name: str) -> Path:
    """Remove a preset with its answers; return where it was. Raises CommandError if there is none."""
    folder = home.presets / check_name(name)
    if not is_preset(folder):
        find(home, name)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise CommandError(f"{folder} can't be removed: {error.strerror}") from error
    return folder


def own_file(preset: Path, name: str) -> Path:
    """Return the path of a file that a manifest names. Raises ConfigError if it isn't one of the preset's own."""
    path = (preset / name).resolve()
    if not path.is_relative_to(preset.resolve()):
        raise ConfigError(f"the preset names the file {name!r}, which is outside of its folder")
    return path


def _object(path: Path) -> Json:
    report = Report()
    try:
        raw = document(path.read_text(encoding="utf-8-sig"), report)
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    if raw is None:
        raise ConfigError(f"{path}: {report.problems[0]}")
    return raw


def _note(path: Path) -> Note:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return Note()


def _write(path: Path, value: Any) -> None:
    try:
        atomic.write(path, json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}") from error
