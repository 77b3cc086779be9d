import json
from pathlib import Path
from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.errors import CommandError
from ccr.preset.origin import read_origin
from ccr.run import preset
from ccr.store import presetfile
from ccr.store.paths import Home

LOADED = parse('{"Providers": [{"name": "p", "api_base_url": "http://p", "api_key": "k", "models": ["m"]}]}', {})


def write(folder: Path, manifest: dict[str, Any]) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def install(tmp_path: Path, manifest: dict[str, Any], *, agrees: bool = False, **wish: Any) -> presetfile.Preset:
    source = tmp_path / "source"
    if not source.exists():
        write(source, manifest)
    return preset.install(
        Home(tmp_path / "home"),
        preset.Wish(origin=read_origin(str(source)), **wish),
        loaded=LOADED,
        env={},
        ask=lambda question, known, catalog, answers: known,
        consent=lambda found, reach: agrees,
    )


def test_installed_preset_knows_where_it_came_from(tmp_path: Path) -> None:
    done = install(tmp_path, {"name": "x"})
    assert (done.name, done.note.source, done.note.code) == ("x", str(tmp_path / "source"), "")


def test_providers_can_be_chosen_from(tmp_path: Path) -> None:
    schema = [{"id": "p", "type": "select", "options": {"type": "providers"}}]
    assert install(tmp_path, {"name": "x", "schema": schema}, values={"p": "p"}).values == {"p": "p"}


def test_code_needs_consent(tmp_path: Path) -> None:
    manifest = {"name": "x", "CUSTOM_ROUTER_PATH": "r.py"}
    with pytest.raises(CommandError, match="--yes-run-code"):
        install(tmp_path, manifest)
    assert list((tmp_path / "home" / "presets").iterdir()) == []
    done = install(tmp_path, manifest, agrees=True)
    assert done.note.code == presetfile.digest(done.folder)


def test_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(CommandError, match=r"no manifest\.json"):
        install(tmp_path, {})


def test_export_carries_the_files_along(tmp_path: Path) -> None:
    (tmp_path / "r.py").write_text("x")
    loaded = parse('{"CUSTOM_ROUTER_PATH": "r.py"}', {})
    asked = preset.write_export(loaded, tmp_path / "out", {"name": "n"}, folder=tmp_path)
    assert (asked, (tmp_path / "out" / "r.py").read_text()) == ([], "x")
    with pytest.raises(CommandError, match="there already"):
        preset.write_export(loaded, tmp_path / "out", {"name": "n"}, folder=tmp_path)
    with pytest.raises(CommandError, match=r"'r\.py', which isn't there"):
        preset.write_export(loaded, tmp_path / "new", {"name": "n"}, folder=tmp_path / "elsewhere")


def test_source_follows_all_its_files(tmp_path: Path) -> None:
    home = Home(tmp_path)
    source = preset.source_of(home, "x", own=tmp_path / "c.json", env={}, port=None, routes={})
    assert [path.name for path in source.paths] == ["manifest.json", "values.json", "c.json", ".env"]
    assert "there is no preset 'x'" in str(source.read().problems[0])
