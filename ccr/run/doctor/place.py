"""The machine: files and their permissions, disk, port, clock."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ccr.run.check import check
from ccr.run.doctor.patient import Patient
from ccr.run.health import url
from ccr.run.port import find_holder
from ccr.run.service import Hung, Running, look
from ccr.status.finding import Finding, Level
from ccr.version import VERSION

SCARCE_BYTES = 200_000_000
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this there was no ccr, so a clock that shows less is wrong."""


def system(patient: Patient) -> Iterator[Finding]:
    """Tell what runs where."""
    kind = "binary" if getattr(sys, "frozen", False) else f"Python {platform.python_version()}"
    yield Finding(
        "ok", "ccr", f"version {VERSION}, {kind}, {platform.system()} {platform.release()} {platform.machine()}"
    )


def configuration(patient: Patient) -> Iterator[Finding]:
    """Tell what is wrong with the configuration, and who may read it."""
    path = patient.path
    problems = check(patient.loaded, folder=patient.home.root, env=patient.env)
    for problem in problems:
        level: Level = "fail" if problem.fatal else "warn"
        yield Finding(level, "config", f"{path}: {problem}" if problem.fatal else str(problem))
    if not path.exists() and patient.config.providers:
        number = _counted(len(patient.config.providers), "provider")
        yield Finding("ok", "config", f"there is no file at {path}; the environment alone gives {number}")
        return
    if not path.exists():
        yield Finding("fail", "config", f"there is no file at {path}", mend="`ccr setup` makes one")
        return
    if not problems:
        config = patient.config
        models = sum(len(provider.models) for provider in config.providers)
        yield Finding(
            "ok", "config", f"{path}: {_counted(len(config.providers), 'provider')}, {_counted(models, 'model')}"
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        yield Finding(
            "warn", "config", "others on this machine may read it, and the keys in it", mend=f"chmod 600 {path}"
        )


def disk(patient: Patient) -> Iterator[Finding]:
    """Tell whether files can be written, and how much the logs take."""
    root = patient.home.root
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        mend = "set CCR_HOME to a folder that you can write to"
        yield Finding("fail", "disk", f"{there} can't be written to", mend=mend)
    free = shutil.disk_usage(there).free
    logs = sum(_size(path) for path in patient.home.logs.glob("*.log")) if patient.home.logs.exists() else 0
    words = f"{free // 1_000_000} MB free, {logs / 1_000_000:.1f} MB of logs (50 MB at most)"
    if free < SCARCE_BYTES:
        yield Finding("warn", "disk", words, mend="make room; a full disk can't keep logs or changes")
    else:
        yield Finding("ok", "disk", words)


def service(patient: Patient) -> Iterator[Finding]:
    """Tell who holds the port."""
    found = look(patient.site)
    if isinstance(found, Running):
        told = found.health
        yield Finding("ok", "service", f"runs at {url(found.host, found.port)}, version {told.version}")
        if told.version != VERSION:
            yield Finding("warn", "service", "is of another version than this ccr", mend="ccr restart")
        elif patient.loaded.config and told.config_hash != patient.loaded.hash:
            words = "works with other settings than this shell sees: another environment, or an edit it could not use"
            yield Finding("warn", "service", words, mend="ccr logs --errors, or ccr restart")
    elif isinstance(found, Hung):
        yield Finding("fail", "service", f"holds port {found.port} but doesn't answer", mend="ccr restart")
    elif holder := find_holder(patient.site.port):
        words = f"port {patient.site.port} is held by {holder}"
        yield Finding("warn", "service", words, mend="`ccr code` works without it; for `ccr start` choose another PORT")
    else:
        yield Finding("ok", "service", f"does not run; port {patient.site.port} is free. `ccr code` needs no service")


def clock(patient: Patient) -> Iterator[Finding]:
    """Tell a clock that can't be right: certificates and Google's logins would be refused."""
    now = datetime.now(UTC)
    if now < RELEASED:
        yield Finding(
            "fail", "clock", f"shows {now:%Y-%m-%d}", mend="set the clock; certificates are refused until then"
        )
    else:
        yield Finding("ok", "clock", f"{now:%Y-%m-%d %H:%M} UTC")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
