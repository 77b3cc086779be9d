"""The configuration on disk: read whatever is there, replace it with care."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccr.config.starter import STARTER
from ccr.errors import ConfigError
from ccr.store.configfile import Changed, advice, backups, read, revision, save

START = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def clock() -> Callable[[], datetime]:
    ticks = iter(range(1000))
    return lambda: START + timedelta(seconds=next(ticks))


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir() if not item.name.endswith(".lock"))


def test_read_a_file(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('// mine\n{"PORT": 4000, "APIKEY": "$KEY"}')
    config = read(path, {"KEY": "k"}).require()
    assert (config.port, config.apikey) == (4000, "k")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_read_takes_what_editors_write(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "config.json"
    path.write_bytes('{"APIKEY": "schlüssel"}'.encode(encoding))
    assert read(path, {}).require().apikey == "schlüssel"


def test_read_takes_what_the_environment_lacks_from_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('export KEY="from-file"\nOTHER=from-file\n')
    path = tmp_path / "config.json"
    path.write_text('{"APIKEY": "$KEY", "PROXY_URL": "http://$OTHER"}')
    config = read(path, {"KEY": "from-environment"}).require()
    assert (config.apikey, config.proxy_url) == ("from-environment", "http://from-file")


def test_read_is_content_with_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=k\nOPENAI_MODEL=m\nENABLE_ROUTER=false\n")
    loaded = read(tmp_path / "config.json", {})
    assert [provider.models for provider in loaded.require().providers] == [("m",)]
    assert loaded.problems == ()


def test_read_a_missing_file_gives_advice_and_creates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "home" / "config.json"
    loaded = read(path, {})
    (problem,) = loaded.problems
    assert loaded.require().port == 3456
    assert not problem.fatal
    assert "`ccr setup`" in str(problem)
    assert names(tmp_path) == []


def test_read_a_missing_file_is_fine_when_the_environment_is_enough(tmp_path: Path) -> None:
    env = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://api.deepseek.com", "OPENAI_MODEL": "deepseek-chat"}
    loaded = read(tmp_path / "config.json", env)
    assert loaded.problems == ()
    assert loaded.require().router.default == "default,deepseek-chat"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"PORT": ', "line 1"),
        (b"", "empty"),
        (b'{"A": "\xff"}', "not UTF-8 text: see byte 8"),
        (b"[]", "one JSON object"),
    ],
)
def test_read_a_broken_file_says_where_and_leaves_it(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    loaded = read(path, {})
    assert loaded.config is None
    assert words in str(loaded.problems[0])
    assert path.read_bytes() == content
    assert names(tmp_path) == ["config.json"]


def test_read_what_is_no_file(tmp_path: Path) -> None:
    loaded = read(tmp_path, {})
    assert loaded.config is None
    assert "can't be read" in str(loaded.problems[0])


def test_home_that_is_no_folder_has_no_file(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    assert "does not exist yet" in str(read(tmp_path / "home" / "config.json", {}).problems[0])
    assert revision(tmp_path / "home" / "config.json") == ""


def test_save_makes_a_private_file_in_a_private_folder(tmp_path: Path) -> None:
    path = tmp_path / "home" / "config.json"
    save(path, STARTER, env={})
    assert path.read_text() == STARTER
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert backups(path) == []


def test_save_keeps_three_backups_under_the_originals_names(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    tick = clock()
    for port in range(4000, 4006):
        save(path, f'{{"PORT": {port}}}', env={}, now=tick)
    assert names(tmp_path) == [
        "config.json",
        "config.json.2026-01-02T03-04-07-678Z.bak",
        "config.json.2026-01-02T03-04-08-678Z.bak",
        "config.json.2026-01-02T03-04-09-678Z.bak",
    ]
    assert [read(backup, {}).require().port for backup in backups(path)] == [4004, 4003, 4002]
    assert all(backup.stat().st_mode & 0o777 == 0o600 for backup in backups(path))


def test_save_counts_no_other_file_as_a_backup(tmp_path: Path) -> None:
    mine = tmp_path / "config.json.mine.bak"
    mine.write_text("{}")
    path = tmp_path / "config.json"
    tick = clock()
    for port in range(4000, 4006):
        save(path, f'{{"PORT": {port}}}', env={}, now=tick)
    assert mine.exists()


def test_save_never_overwrites_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"Providers": [')
    with pytest.raises(ConfigError, match="is broken and stays as it is"):
        save(path, STARTER, env={})
    assert path.read_text() == '{"Providers": ['
    assert names(tmp_path) == ["config.json"]


def test_save_mends_a_file_with_a_wrong_value(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"PORT": "many"}')
    save(path, '{"PORT": 4000}', env={})
    assert read(path, {}).require().port == 4000


@pytest.mark.parametrize("text", ["", "{", "[]", '{"PORT": "many"}', '{"A": "\ud800"}'])
def test_save_refuses_what_would_not_load(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text("{}")
    with pytest.raises(ConfigError):
        save(path, text, env={})
    assert path.read_text() == "{}"
    assert names(tmp_path) == ["config.json"]


def test_save_notices_another_writer(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    seen = revision(path)
    save(path, '{"PORT": 1}', env={}, seen=seen)
    with pytest.raises(Changed):
        save(path, '{"PORT": 2}', env={}, seen=seen)
    save(path, '{"PORT": 3}', env={}, seen=revision(path))
    assert read(path, {}).require().port == 3


def test_save_says_why_it_can_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="can't be written"):
        save(tmp_path / "file" / "config.json", "{}", env={})


def test_advice_names_the_place_and_shows_a_configuration_that_works(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    assert str(path) in advice(path)
    path.write_text(advice(path).partition("\n\n")[2])
    loaded = read(path, {"OPENROUTER_API_KEY": "sk-or-1"})
    assert loaded.problems == ()
    assert loaded.require().router.default == "openrouter,anthropic/claude-sonnet-4.5"
