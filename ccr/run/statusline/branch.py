"""The branch of a folder, read from git's own files: starting git takes longer than all the rest of a status line."""

import os

_HEAD = "ref: refs/heads/"


def branch(folder: str) -> str:
    """Return the branch that is checked out in the repository around `folder`; empty if there is none.

    Layout: https://git-scm.com/docs/gitrepository-layout
    """
    place = _git_folder(folder)
    head = _read(os.path.join(place, "HEAD")) if place else ""  # noqa: PTH118 - pathlib is slow to import
    if head == f"{_HEAD}.invalid":
        # The branches are in a reftable, which only git can read.
        return _ask_git(folder)
    return head.removeprefix(_HEAD) if head.startswith(_HEAD) else ""


def _git_folder(folder: str) -> str:
    """Return the folder of the repository that `folder` is in: `.git`, or where a worktree's `.git` file points."""
    at = os.path.abspath(folder) if folder else ""  # noqa: PTH100
    while at:
        found = os.path.join(at, ".git")  # noqa: PTH118
        if os.path.isdir(found):  # noqa: PTH112
            return found
        target = _read(found)
        if target.startswith("gitdir:"):
            return os.path.join(at, target.removeprefix("gitdir:").strip())  # noqa: PTH118
        parent = os.path.dirname(at)  # noqa: PTH120
        at = "" if parent == at else parent
    return ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read(4096).strip()
    except OSError:
        return ""


def _ask_git(folder: str) -> str:
    import subprocess

    command = ["git", "-C", folder, "branch", "--show-current"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
