import sys
from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.store import configfile
from ccr.store.secret import References, has_keychain, keep

TOOL = """#!/bin/sh
case "$1" in
  store) cat > "$STORE"; echo "$@" > "$STORE.words";;
  lookup) [ "$5" = openai ] && cat "$STORE";;
  *) exit 2;;
esac
"""
"""A keychain of one value."""


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    write(tmp_path / "key", "sk-1\n")
    found = References({"HOME": str(tmp_path)})
    assert (found["file:~/key"], found[f"file:{tmp_path}/key"]) == ("sk-1", "sk-1")


def test_command_is_run_without_a_shell(tmp_path: Path) -> None:
    program = write(tmp_path / "say", '#!/bin/sh\necho "$1"\n', 0o755)
    found = References({"PATH": "/usr/bin:/bin"})
    assert found[f"command:{program} '$HOME; x'"] == "$HOME; x"


@pytest.mark.parametrize(
    "name", ["file:key", "file:/nowhere", "command:false", "command:", "command:'", "other:x", "X"]
)
def test_what_gives_nothing_is_unset(name: str) -> None:
    found = References({"PATH": "/usr/bin:/bin"})
    assert found.get(name) is None


def test_environment_comes_first() -> None:
    found = References({"X": "1", "file:/nowhere": "2"})
    assert (found["X"], found["file:/nowhere"], len(found), list(found)) == ("1", "2", 2, ["X", "file:/nowhere"])


@pytest.mark.skipif(sys.platform == "darwin", reason="the made-up keychain is that of other systems")
def test_keychain_keeps_a_value(tmp_path: Path) -> None:
    write(tmp_path / "secret-tool", TOOL, 0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "STORE": str(tmp_path / "stored")}
    assert has_keychain(env)
    assert keep("openai", "sk-2", env) == "${keychain:openai}"
    assert References(env)["keychain:openai"] == "sk-2"
    assert References(env).get("keychain:other") is None
    assert "sk-2" not in (tmp_path / "stored.words").read_text()


@pytest.mark.skipif(sys.platform == "darwin", reason="the made-up keychain is that of other systems")
def test_keychain_that_refuses_is_told(tmp_path: Path) -> None:
    write(tmp_path / "secret-tool", "#!/bin/sh\necho locked >&2\nexit 1\n", 0o755)
    with pytest.raises(CommandError, match="refused: locked"):
        keep("openai", "sk-2", {"PATH": f"{tmp_path}:/usr/bin:/bin"})


def test_missing_keychain_is_told() -> None:
    assert not has_keychain({"PATH": "/nowhere"})
    with pytest.raises(CommandError, match="can't be used"):
        keep("openai", "sk-2", {"PATH": "/nowhere"})


def test_configuration_refers_to_a_file(tmp_path: Path) -> None:
    key = write(tmp_path / "key", "sk-from-a-file\n")
    provider = f'{{"name": "p", "api_base_url": "http://127.0.0.1", "api_key": "${{file:{key}}}", "models": ["m"]}}'
    config = write(tmp_path / "config.json", f'{{"Providers": [{provider}], "Router": {{"default": "p,m"}}}}')
    loaded = configfile.read(config, {})
    assert loaded.require().providers[0].keys[0].key == "sk-from-a-file"
    assert loaded.problems == ()
    key.unlink()
    assert "must give the value" in str(configfile.read(config, {}).problems[0])
