import sys
from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.run.editor import command, copy, edit


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"VISUAL": "code --wait", "EDITOR": "vi"}, ["code", "--wait"]),
        ({"EDITOR": "'my editor' -x"}, ["my editor", "-x"]),
    ],
)
def test_editor_is_the_users(env: dict[str, str], expected: list[str]) -> None:
    assert command(env) == expected


def test_usual_editor_takes_the_place_of_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="set EDITOR"):
        command({"PATH": str(tmp_path)})
    (tmp_path / "vi").touch(0o755)
    assert command({"PATH": str(tmp_path)}) == ["vi"]


@pytest.mark.parametrize("editor", ["false", "/no/such/editor", "'unclosed"])
def test_failing_editor_is_reported(tmp_path: Path, editor: str) -> None:
    with pytest.raises(CommandError, match=r"editor|command"):
        edit(tmp_path / "f", {"EDITOR": editor, "PATH": "/usr/bin:/bin"})


def test_copy_is_private_and_edited(tmp_path: Path) -> None:
    made = copy(tmp_path / "sub" / "config.json", "text")
    assert (made.suffix, made.stat().st_mode & 0o777, made.read_text()) == (".json", 0o600, "text")
    program = "import sys; open(sys.argv[1], 'a').write(' more')"
    assert edit(made, {"EDITOR": f'{sys.executable} -c "{program}"'}) == "text more"
