from pathlib import Path
from typing import Any

import pytest

from tests import live
from tests.aio import trio_test
from tests.chat import delta, sse
from tests.plugins.js.test_transformer import text_of, using
from tests.plugins.own import Home, running

EDIT = """
from ccr.transform.base import Transformer

class Edit(Transformer):
    name = "edit"

    {how} edit(self, request, context):
        request["messages"][0]["content"] = f"{{context.client['body']['model']}} {{self.options['level']}}"
        request["vendor_field"] = {{"level": self.options["level"]}}
        context.headers["x-api-key"] = context.key
        context.headers["authorization"] = None
        return request
"""

SHOUT = """
import dataclasses
from ccr.core.event import Text
from ccr.transform.base import Transformer

@dataclasses.dataclass
class Louder:
    held: str = ""

    def feed(self, event):
        if isinstance(event, Text):
            self.held += event.text
            return []
        return [*self.close(), event]

    def close(self):
        held, self.held = self.held, ""
        return [Text(held.upper())] if held else []

class Shout(Transformer):
    name = "shout"

    def filter(self, context):
        return Louder()
"""

BYTES = """
from ccr.transform.base import Transformer

class Joined:
    held = b""

    def feed(self, data):
        self.held += data
        return b""

    def close(self):
        return self.held.replace(b"quiet", b"LOUD")

class Raw(Transformer):
    name = "raw"

    def stage(self, context):
        return Joined()
"""

FOREIGN = """
from ccr.transform.base import Transformer

class Foreign(Transformer):
    name = "foreign"

    async def edit(self, request, context):
        context.body = {"prompt": request["messages"][0]["content"]}
        context.url = self.options["url"]
        return request
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("how", ["def", "async def"])
@trio_test()
async def test_transformer_edits_a_request(home: Home, how: str) -> None:
    changes = using(home, EDIT.format(how=how), ["edit", {"level": 2}], name="t.py", options={"level": 1})
    async with running(home, **changes) as router:
        answer = await router.ask("hello")
    assert answer.status_code == 200
    seen = router.seen[0]
    assert seen.body["messages"][0]["content"] == "claude-x 2"
    assert seen.body["vendor_field"] == {"level": 2}
    assert (seen.headers["x-api-key"], "authorization" in seen.headers) == ("k", False)


@pytest.mark.parametrize(("code", "name"), [(SHOUT, "shout"), (BYTES, "raw")])
@trio_test()
async def test_transformer_changes_a_reply(home: Home, code: str, name: str) -> None:
    script = live.streaming(sse([delta(content="quiet"), delta(finish="stop")]))
    async with running(home, script=script, **using(home, code, name, name="t.py")) as router:
        answers = [text_of(await router.ask("hello")) for _ in range(2)]
    assert answers == [answers[0]] * 2
    assert answers[0] in ("QUIET", "LOUD")


@trio_test()
async def test_transformer_speaks_another_wire_format(home: Home) -> None:
    changes = using(home, FOREIGN, "foreign", name="t.py")

    async def script(seen: live.Seen, wire: live.Wire) -> None:
        await live.streaming(sse([delta(content="ok"), delta(finish="stop")]))(seen, wire)

    async with running(home, script=script, **changes) as router:
        entry = router.inner.state.snapshot.upstream("up", "m").chain.entries[0]
        url = router.inner.state.snapshot.config.providers[0].url.replace("v1/chat/completions", "generate")
        entry._inner.options = {"url": url}  # type: ignore[attr-defined]
        answer = await router.ask("hello")
    assert text_of(answer) == "ok"
    assert (router.seen[0].path, router.seen[0].body) == ("/generate", {"prompt": "hello"})


SPOIL = """
from ccr.transform.base import Transformer

class Spoil(Transformer):
    name = "spoil"

    def edit(self, request, context):
        for message in (request["messages"][0], context.client["body"]["messages"][0]):
            message["content"][0]["text"] = "no"
"""


@trio_test()
async def test_edit_in_place_stays_with_its_own_attempt(home: Home) -> None:
    changes: dict[str, Any] = using(home, SPOIL, name="t.py")
    changes["provider"] = {"transformer": {"m": {"use": ["spoil"]}}}

    async def script(seen: live.Seen, wire: live.Wire) -> None:
        if seen.body["model"] == "m":
            await wire.answer(500, {"error": {"message": "down"}})
        else:
            await live.streaming(sse([delta(content="ok"), delta(finish="stop")]))(seen, wire)

    async with running(home, script=script, **changes, fallback={"default": ["up,n"]}) as router:
        answer = await router.ask(messages=[{"role": "user", "content": [{"type": "text", "text": "hello"}]}])
    assert text_of(answer) == "ok"
    assert [seen.body["messages"][0]["content"] for seen in router.seen][-1] == "hello"
    assert router.seen[0].body["messages"][0]["content"] == "no"


BASE = "from ccr.transform.base import Transformer\nclass Bad(Transformer):\n    name = 'bad'\n"
FAILURES = [
    pytest.param("    def edit(self, r, c):\n        return {}['x']\n", "KeyError: 'x' ({path}:5)", id="edit raises"),
    pytest.param("    def edit(self, r, c):\n        return 5\n", "edit returned no request", id="edit number"),
    pytest.param("    def edit(self, r, c):\n        exit()\n", "SystemExit was raised", id="edit exits"),
    pytest.param(
        "    def filter(self, c):\n        raise OSError('no')\n", "OSError: no ({path}:5)", id="filter raises"
    ),
    pytest.param("    def filter(self, c):\n        return 5\n", "'int' object has no attribute", id="filter number"),
    pytest.param("    def stage(self, c):\n        return 5\n", "'int' object has no attribute", id="stage number"),
    pytest.param("    def __init__(self, o):\n        raise OSError('no')\n", "OSError: no ({path}:5)", id="init"),
    pytest.param("    def edit(self, r, c)\n", "SyntaxError: expected ':' ({path}:4)", id="syntax"),
]


@pytest.mark.parametrize(("hook", "said"), FAILURES)
@trio_test()
async def test_failing_transformer_fails_its_request_only(home: Home, hook: str, said: str) -> None:
    changes: dict[str, Any] = using(home, BASE + hook, name="t.py")
    changes["provider"] = {"transformer": {"m": {"use": ["bad"]}}}
    async with running(home, **changes) as router:
        failed = await router.ask("hello")
        fine = await router.ask("hello", model="up,n")
    assert failed.status_code == 500
    assert failed.headers["x-should-retry"] == "false"
    assert said.format(path=changes["transformers"][0]["path"]) in failed.json()["error"]["message"]
    assert text_of(fine) == "Hello"


@trio_test()
async def test_file_without_a_transformer_is_a_problem(home: Home) -> None:
    changes = using(home, "from ccr.transform.base import Transformer\n", "t", name="t.py")
    async with running(home, **changes) as router:
        problems = router.inner.state.plugins.problems
        failed = await router.ask("hello")
    assert "transformers[0]: t.py: it must define a subclass of ccr.transform.base.Transformer" in problems[0]
    assert problems[0] in failed.json()["error"]["message"]
