import json
from pathlib import Path

import pytest

from ccr.config.parse import Loaded, parse
from ccr.errors import CommandError
from ccr.run.index import index, is_remote, place
from tests.net.test_download import files


def loaded(where: str) -> Loaded:
    return parse(json.dumps({"PRESET_INDEX": where}), {})


def test_no_index_is_known_without_a_configured_one(tmp_path: Path) -> None:
    assert (place(parse("{}", {})), is_remote(parse("{}", {}))) == ("", False)
    assert (is_remote(loaded("https://x.test/i.json")), is_remote(loaded("/x.json"))) == (True, False)
    assert index(parse("{}", {}), folder=tmp_path, env={}) == ()
    assert index(parse("{", {}), folder=tmp_path, env={}) == ()


def test_file_is_one_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "presets.json").write_text('[{"id": "a", "repo": "o/a"}]')
    assert [entry.id for entry in index(loaded("presets.json"), folder=tmp_path, env={})] == ["a"]
    assert [entry.id for entry in index(loaded(str(tmp_path / "presets.json")), folder=Path("/no"), env={})] == ["a"]


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"'presets\.json' can't be read: No such file"):
        index(loaded("presets.json"), folder=tmp_path, env={})


def test_address_that_fails_is_told(tmp_path: Path) -> None:
    with files() as url, pytest.raises(CommandError, match="answered 404"):
        index(loaded(f"{url}/missing"), folder=tmp_path, env={})
