"""Reads `config.json` and replaces it, with backups, but never one that can't be read."""

import codecs
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from ccr.config import dotenv
from ccr.config.parse import Loaded, parse
from ccr.config.problem import Problem
from ccr.config.starter import STARTER
from ccr.errors import ConfigError
from ccr.store.atomic import write
from ccr.store.lease import Busy, lock
from ccr.store.secret import References

BACKUPS = 3
LOCK_SECONDS = 2.0

_STAMP = r"\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d+Z\.bak"


class Changed(ConfigError):
    """The file is not the one that the change was made to."""


def read(path: Path, env: Mapping[str, str]) -> Loaded:
    """Return what the file holds. Never raises; a file that isn't there is an empty one with advice.

    Variables come from `env`, and those that it lacks from a `.env` beside the file.
    """
    env = with_dotenv(path, env)
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return _missing(env)
    except OSError as error:
        return _unreadable(f"can't be read: {error.strerror}")
    try:
        text = _decode(content)
    except UnicodeDecodeError as error:
        return _unreadable(f"is not UTF-8 text: see byte {error.start + 1}", hint="save it as UTF-8")
    return parse(text, References(env))


def with_dotenv(path: Path, env: Mapping[str, str]) -> Mapping[str, str]:
    """Return an environment with the variables of the `.env` beside a configuration; its own go before them.

    Never that of the working folder: a project's keys and addresses are not meant for the router.
    """
    try:
        text = dotenv_of(path).read_text("utf-8-sig", "replace")
    except OSError:
        return env
    return {**dotenv.parse(text), **env}


def dotenv_of(path: Path) -> Path:
    """Return where the `.env` of a configuration would be."""
    return path.with_name(".env")


def advice(path: Path) -> str:
    """Return what somebody without a configuration should write where."""
    return f"`ccr setup` asks and writes one, or write this to {path}, with a key of yours:\n\n{STARTER}"


def revision(path: Path) -> str:
    """Return a name for the file's present content, empty if there is none: for `save` to notice other writers."""
    try:
        return _revision(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return ""


def save(
    path: Path,
    text: str,
    *,
    env: Mapping[str, str],
    seen: str | None = None,
    mends: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Replace the file with `text`, exactly as it is, and keep the last `BACKUPS` contents beside it.

    `seen` is the revision that the text was made from: if the file is another by now, `Changed` is raised. Raises
    ConfigError if `text` is no usable configuration, if the present file is broken and this does not mean to mend it
    (`mends`), or if it can't be written.
    """
    parse(text, References(with_dotenv(path, env))).require()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock(path.with_name(f".{path.name}.lock"), seconds=LOCK_SECONDS):
            if not mends:
                _refuse_broken(path, env)
            _replace(path, text.encode(), seen=seen, now=now)
    except Busy as error:
        raise ConfigError(f"{path} is being written by another program; try again") from error
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error


def backups(path: Path) -> list[Path]:
    """Return the backups of the file, the newest first."""
    pattern = re.compile(re.escape(path.name) + _STAMP)
    # The time in the name sorts as text.
    return sorted((item for item in path.parent.iterdir() if pattern.fullmatch(item.name)), reverse=True)


def _refuse_broken(path: Path, env: Mapping[str, str]) -> None:
    """Raise ConfigError for a present file that can't be read: whoever writes has not seen what is in it."""
    if path.exists():
        present = read(path, env)
        if present.config is None and not present.raw:
            raise ConfigError(
                f"{path} is broken and stays as it is; mend it with `ccr config edit` first: {present.problems[0]}"
            )


def _replace(path: Path, content: bytes, *, seen: str | None, now: Callable[[], datetime]) -> None:
    if seen is not None and seen != revision(path):
        raise Changed(f"{path} was changed meanwhile; look at it again before you save")
    if path.exists():
        stamp = now().astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        write(path.with_name(f"{path.name}.{re.sub('[:.]', '-', stamp)}Z.bak"), path.read_bytes())
        for old in backups(path)[BACKUPS:]:
            old.unlink(missing_ok=True)
    write(path, content)


def _missing(env: Mapping[str, str]) -> Loaded:
    loaded = parse("{}", env)
    if loaded.config is None or loaded.config.providers:
        # The environment alone can be enough, as in CI.
        return loaded
    problem = Problem("", "this file does not exist yet", hint="`ccr setup` makes it")
    return replace(loaded, problems=(problem,))


def _unreadable(message: str, *, hint: str = "") -> Loaded:
    return Loaded(None, (Problem("", f"the file {message}", hint, fatal=True),), {}, "")


def _decode(content: bytes) -> str:
    # Windows' editors write UTF-16 when they are asked for "Unicode".
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def _revision(content: bytes) -> str:
    from hashlib import sha256

    return sha256(content).hexdigest()
