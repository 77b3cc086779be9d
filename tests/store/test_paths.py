"""Where files lie, for every environment."""

from pathlib import Path

import pytest

from ccr.errors import ConfigError
from ccr.store.paths import Home, home


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"HOME": "/home/me"}, "/home/me/.claude-code-router"),
        ({"HOME": "/home/me", "CCR_HOME": ""}, "/home/me/.claude-code-router"),
        ({"HOME": "/home/me", "CCR_HOME": "/etc/ccr"}, "/etc/ccr"),
        ({"HOME": "/home/me", "CCR_HOME": "~/my/ccr"}, "/home/me/my/ccr"),
        ({"HOME": "/home/me", "CCR_HOME": "~"}, "/home/me"),
        ({"CCR_HOME": "/etc/ccr"}, "/etc/ccr"),
    ],
)
def test_home_of_environment(env: dict[str, str], expected: str) -> None:
    assert home(env).root == Path(expected)


def test_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home({"CCR_HOME": "mine"}).root == tmp_path / "mine"


def test_home_without_variables_is_the_users() -> None:
    assert home({}).root == Path.home() / ".claude-code-router"


def test_home_has_the_originals_names() -> None:
    found = Home(Path("/h"))
    assert [path.name for path in (found.config, found.logs, found.plugins, found.presets)] == [
        "config.json",
        "logs",
        "plugins",
        "presets",
    ]


def test_create_makes_private_folders_and_can_be_repeated(tmp_path: Path) -> None:
    found = Home(tmp_path / "deep" / "home")
    found.create()
    found.create()
    for folder in (found.root, found.logs, found.plugins, found.presets, found.run):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_create_leaves_existing_permissions_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Home(tmp_path).create()
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_create_says_what_to_do_when_it_can_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="set CCR_HOME"):
        Home(tmp_path / "file" / "home").create()
