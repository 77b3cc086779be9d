from pathlib import Path

from ccr.run.doctor.extra import container, context, scripts
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


def test_window_that_is_not_known_is_noticed(tmp_path: Path) -> None:
    provider = {"name": "p", "api_base_url": "http://127.0.0.1:9/v1", "models": ["m"]}
    assert told(list(context(patient(tmp_path))), "note", "how much p,m holds is not known")
    sized = {**provider, "model_settings": {"m": {"context_window": 65536}}}
    assert told(list(context(patient(tmp_path, Providers=[sized]))), "ok", "p,m holds 65,536 tokens")
    own = {**provider, "api_base_url": "https://api.anthropic.com"}
    assert list(context(patient(tmp_path, Providers=[own]))) == []
    assert list(context(patient(tmp_path, Providers=[]))) == []
