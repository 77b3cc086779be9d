import json
from pathlib import Path
from typing import Any

import pytest

from ccr.run.statusline.line import line


@pytest.fixture
def status(tmp_path: Path) -> dict[str, Any]:
    transcript = tmp_path / "t.jsonl"
    usage = {"input_tokens": 1500, "output_tokens": 20}
    record = {"type": "assistant", "message": {"model": "m", "usage": usage}}
    transcript.write_text(json.dumps(record) + "\n")
    return {"transcript_path": str(transcript), "workspace": {"current_dir": str(tmp_path)}, "session_id": "s"}


def env(home: Path, section: Any = None, **more: str) -> dict[str, str]:
    folder = home / ".claude-code-router"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"PORT": 1, "StatusLine": section or {}}))
    return {"HOME": str(home), **more}


def test_default_line_has_folder_model_and_tokens(status: Any, tmp_path: Path) -> None:
    simple = env(tmp_path, USE_SIMPLE_ICONS="true", NO_COLOR="1")
    assert line(status, simple) == f"{tmp_path.name} m ↑ 1.5k ↓ 20"


def test_default_line_is_coloured(status: Any, tmp_path: Path) -> None:
    assert f"\x1b[94m\U000f024b {tmp_path.name}\x1b[0m" in line(status, env(tmp_path))


def test_module_without_text_is_left_out(status: Any, tmp_path: Path) -> None:
    modules = [{"icon": "B", "text": "{{gitBranch}}"}, {"icon": "M", "text": "{{model}}"}, {"text": "a\nb"}]
    assert line(status, env(tmp_path, {"default": {"modules": modules}})) == "M m a b"


def test_script_is_a_module(status: Any, tmp_path: Path) -> None:
    modules = [{"type": "script", "scriptPath": "a.py", "icon": "S"}]
    where = env(tmp_path, {"currentStyle": "mine", "mine": {"modules": modules}})
    (tmp_path / ".claude-code-router" / "a.py").write_text("def render(v, o): return v['model'] * 2")
    assert line(status, where) == "S mm"


def test_powerline_is_chosen_by_its_name(status: Any, tmp_path: Path) -> None:
    section = {"currentStyle": "powerline", "powerline": {"modules": [{"text": "a", "background": "bg_red"}]}}
    assert line(status, env(tmp_path, section)) == "\x1b[41m\x1b[97m a \x1b[0m"
