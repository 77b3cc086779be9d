from pathlib import Path

from ccr.run.doctor.extra import container, scripts
from tests.run.doctor.patients import patient, told


def test_javascript_needs_node(tmp_path: Path) -> None:
    assert list(scripts(patient(tmp_path))) == []
    assert told(list(scripts(patient(tmp_path, CUSTOM_ROUTER_PATH="/a.js"))), "fail", "/a.js needs it")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "node").touch(0o755)
    assert told(list(scripts(patient(tmp_path, CUSTOM_ROUTER_PATH="/a.js"))), "ok", "1 files")


def test_ci_is_noticed(tmp_path: Path) -> None:
    assert told(list(container(patient(tmp_path, env={"CI": "true"}))), "note", "NON_INTERACTIVE_MODE")
    assert list(container(patient(tmp_path, env={"CI": "true"}, NON_INTERACTIVE_MODE=True))) == []
