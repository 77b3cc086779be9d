import pytest

from ccr.errors import ConfigError
from ccr.preset.manifest import check_name, read_manifest


def test_manifest_may_be_flat_or_nested() -> None:
    flat = read_manifest({"name": "a", "Router": {"default": "x,y"}, "noServer": True})
    nested = read_manifest({"metadata": {"name": "a"}, "config": {"Router": {"default": "x,y"}, "noServer": True}})
    assert flat == nested
    assert (flat.name, flat.no_server, flat.config) == ("a", True, {"Router": {"default": "x,y"}})


def test_what_is_the_users_stays_his() -> None:
    found = read_manifest({"PORT": 1, "APIKEY": "x", "CLAUDE_PATH": "/tmp/x", "PROXY_URL": "http://x"})
    assert found.config == {"PROXY_URL": "http://x"}
    assert found.ignored == ("APIKEY", "CLAUDE_PATH", "PORT")


@pytest.mark.parametrize(
    "raw",
    [{"template": []}, {"configMappings": {}}, {"configMappings": [{"value": 1}]}, {"userValues": 1}, {"schema": 1}],
)
def test_wrong_manifest_is_told(raw: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        read_manifest(raw)


@pytest.mark.parametrize("name", ["a", "my-preset", "v1.2_x", "模型"])
def test_name_is_fine(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "-x", ".hidden", "a..b", "a b", "x" * 81, "a\n"])
def test_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="can't be the name"):
        check_name(name)
