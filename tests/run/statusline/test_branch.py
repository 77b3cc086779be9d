import subprocess
from pathlib import Path

import pytest

from ccr.run.statusline.branch import branch


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=10,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "feature/x")
    (folder / "inner").mkdir()
    return folder


def test_branch_is_found_from_inside(repository: Path) -> None:
    assert branch(str(repository)) == "feature/x"
    assert branch(str(repository / "inner")) == "feature/x"


def test_worktree_has_its_own_branch(repository: Path, tmp_path: Path) -> None:
    git(repository, "commit", "-q", "--allow-empty", "-m", "first")
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    assert branch(str(tmp_path / "tree")) == "other"


def test_reftable_is_left_to_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As git writes it for repositories of that format.
    (repository / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    monkeypatch.setattr("ccr.run.statusline.branch._ask_git", lambda folder: f"asked in {Path(folder).name}")
    assert branch(str(repository)) == "asked in repository"


def test_detached_head_has_no_branch(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_text("0" * 40)
    assert branch(str(repository)) == ""


@pytest.mark.parametrize("folder", ["", "/", "/no/such/folder"])
def test_no_repository_has_no_branch(folder: str) -> None:
    assert branch(folder) == ""
