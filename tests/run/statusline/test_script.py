import shutil
from pathlib import Path

import pytest

from ccr.run.statusline.script import outputs, place
from ccr.status.theme import Module

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not on the PATH")


def script(path: str) -> Module:
    return Module(text="", icon="", color="", background="", script=path, options={"unit": "%"})


def run(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content)
    return outputs([script(name)], {"model": "m"}, folder=str(folder))[name]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("def render(variables, options):\n    return variables['model'] + options['unit']", "m%"),
        ("render = 'text'", "text"),
        ("def render(variables, options):\n    print('noise')\n    return 5", "5"),
        ("def render(variables, options): return None", ""),
        ("x = 1", ""),
    ],
)
def test_python_script_is_called(
    tmp_path: Path, content: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "a.py", content) == expected
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", ["raise ValueError('no')", "def render(:", "def render(v, o): return 1 / 0"])
def test_failing_script_says_why_on_stderr(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "a.py", content) == ""
    assert "a.py" in capsys.readouterr().err


@needs_node
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.js", "module.exports = (v, o) => v.model + o.unit", "m%"),
        ("a.js", "module.exports = async v => v.model", "m"),
        ("a.js", "module.exports = 'text'", "text"),
        ("a.js", "exports.default = () => 'd'", "d"),
        ("a.mjs", "export default v => v.model", "m"),
        ("a.js", "console.log('noise'); module.exports = () => 'x'", "x"),
        ("a.js", "throw new Error('no')", ""),
        ("a.js", "module.exports = () => undefined", ""),
    ],
)
def test_javascript_is_run_by_node(tmp_path: Path, name: str, content: str, expected: str) -> None:
    assert run(tmp_path, name, content) == expected


def test_javascript_without_node_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCR_NODE", str(tmp_path / "no-node"))
    assert run(tmp_path, "a.js", "module.exports = 'x'") == ""


def test_relative_script_lies_beside_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert [place(path, "/folder") for path in ("a.js", "/x/a.js", "~/a.js")] == [
        "/folder/a.js",
        "/x/a.js",
        "/home/me/a.js",
    ]
