import os
from pathlib import Path
from typing import Any

import pytest

from ccr.plugins.failure import PluginError
from ccr.plugins.js import describe as module
from ccr.plugins.js import runtime
from ccr.plugins.js.describe import describe
from tests.plugins.own import NODE

pytestmark = NODE

PLAIN = "class X { name = 'x'; transformRequestIn(request) { return request; } }\n"


def told(folder: Path, code: str, kind: str = "transformer", name: str = "t.js", **options: Any) -> Any:
    path = folder / name
    path.write_text(code)
    command = runtime.find(os.environ)
    assert command is not None
    item = {"path": str(path), "options": options}
    return describe(command, kind, path, item=item, config={}, env=os.environ)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (f"{PLAIN} module.exports = X;", "t.js"),
        (f"{PLAIN} module.exports = {{ X }};", "t.js"),
        (f"{PLAIN} module.exports = {{ default: X }};", "t.cjs"),
        (f"{PLAIN} module.exports = new X();", "t.js"),
        (f"{PLAIN} export default X;", "t.mjs"),
        (f"{PLAIN} export default X;", "t.js"),
        (f"{PLAIN} export {{ X }};", "t.mjs"),
        ("export default { name: 'x', async transformRequestIn(request) {} };", "t.mjs"),
        (f"await 1; {PLAIN} export default X;", "t.mjs"),
    ],
)
def test_transformer_is_found_however_it_is_exported(tmp_path: Path, code: str, name: str) -> None:
    assert told(tmp_path, code, name=name) == {"name": "x", "edits": True, "responds": False, "wants_client": False}


def test_traits_are_told(tmp_path: Path) -> None:
    code = "module.exports = class { constructor(o) { this.name = o.n; } async transformResponseOut(r, {req}) {} }"
    assert told(tmp_path, code, n="y") == {"name": "y", "edits": False, "responds": True, "wants_client": True}


def test_transformer_may_be_named_as_the_originals_classes_are(tmp_path: Path) -> None:
    code = "module.exports = class { static TransformerName = 'x'; async transformRequestIn(request) {} }"
    assert told(tmp_path, code)["name"] == "x"


@pytest.mark.parametrize("hook", ["transformRequestOut", "transformResponseIn"])
def test_transformer_that_serves_an_address_of_its_own_does_nothing_here(tmp_path: Path, hook: str) -> None:
    code = f"module.exports = class {{ name = 'x'; endPoint = '/v1/x'; async {hook}(value) {{ return value; }} }}"
    assert told(tmp_path, code) == {"name": "x", "edits": False, "responds": False, "wants_client": False}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("module.exports = class {}", "it has neither transformRequestIn"),
        ("module.exports = 5", "it must export a class"),
        ("module.exports = () => 5", "not a constructor"),
        ("require('no-such-module')", "Cannot find module 'no-such-module'"),
        ("console.log('loud'); process.kill(process.pid, 'SIGKILL')", "ended the JavaScript process"),
        ("\n\nthrow new RangeError('early')", "RangeError: early ({path}:3)"),
    ],
)
def test_file_that_is_no_transformer_is_refused(tmp_path: Path, code: str, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        told(tmp_path, code)
    assert said.format(path=tmp_path / "t.js") in str(caught.value)


def test_file_that_does_not_stop_loading_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.5)
    with pytest.raises(PluginError, match=r"is not loaded after 0.5 s"):
        told(tmp_path, "for (;;);")


def test_garbage_on_stdout_is_no_answer(tmp_path: Path) -> None:
    code = "process.stdout.write('{\"name\": \"z\"}\\n'); console.log('x'.repeat(1e6)); module.exports = () => 1"
    assert told(tmp_path, code, kind="router") == {}
