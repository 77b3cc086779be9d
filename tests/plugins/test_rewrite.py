from pathlib import Path
from typing import Any

import pytest

from ccr.plugins.rewrite import IMPROVEMENT, with_improvement, without_notebooks
from tests.aio import trio_test
from tests.plugins.own import NODE, Home, running

TOOLS = [{"name": name, "input_schema": {}} for name in ("Bash", "NotebookEdit", "mcp__ide__executeCode")]

PY = """
{how} handle(req, res):
    assert req.config["Router"]["default"] == "up,m"
    req.body["messages"][0]["content"] += " from python"
    req.body["model"] = "up,n"
"""
JS = """
async function handle(req, res) {
  if (req.config.Router.default !== "up,m") throw new Error("no config");
  req.body.messages[0].content += " from javascript";
  req.body.model = "up,n";
}
module.exports = { handle };
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_notebook_tools_are_left_out() -> None:
    body = {"tools": TOOLS, "messages": []}
    assert [tool["name"] for tool in without_notebooks(body)["tools"]] == ["Bash"]
    assert body["tools"] == TOOLS
    assert without_notebooks({"messages": []}) == {"messages": []}


@pytest.mark.parametrize(
    ("system", "texts"),
    [(None, []), ("be kind", ["be kind"]), ([{"type": "text", "text": "be brief"}], ["be brief"])],
)
def test_tool_use_is_asked_for_where_there_are_tools(system: Any, texts: list[str]) -> None:
    body = {"tools": TOOLS, "messages": [], **({"system": system} if system else {})}
    assert [block["text"] for block in with_improvement(body)["system"]] == [*texts, IMPROVEMENT]
    assert with_improvement({"system": "x", "tools": []}) == {"system": "x", "tools": []}


@trio_test(limit=30)
async def test_built_in_plugins_change_the_request(home: Home) -> None:
    async with running(home, usePlugins=["notebook-tools-filter", " toolcall-improvement "]) as router:
        await router.ask("hello", tools=TOOLS)
    sent = router.seen[0].body
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["Bash"]
    assert sent["messages"][0]["content"].endswith(IMPROVEMENT)


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("mine.py", PY.format(how="def"), "hello from python"),
        ("mine.py", PY.format(how="async def"), "hello from python"),
        pytest.param("mine.js", JS, "hello from javascript", marks=NODE),
        pytest.param("mine.mjs", JS.replace("module.exports =", "export"), "hello from javascript", marks=NODE),
    ],
)
@trio_test(limit=30)
async def test_users_plugin_changes_the_request_before_it_is_routed(
    home: Home, name: str, code: str, said: str
) -> None:
    home.write(f"plugins/{name}", code)
    async with running(home, usePlugin="mine") as router:
        answer = await router.ask("hello")
    assert router.seen[0].body["messages"][0]["content"] == said
    assert answer.headers["x-ccr-route"] == "up,n"


@trio_test(limit=30)
async def test_users_file_takes_the_place_of_a_built_in_plugin(home: Home) -> None:
    home.write("plugins/toolcall-improvement.py", "def handle(req, res):\n    req.body['system'] = 'mine'\n")
    async with running(home, usePlugins=["toolcall-improvement"]) as router:
        await router.ask("hello", tools=TOOLS)
    assert router.seen[0].body["messages"][0]["content"] == "mine"


FAILURES = [
    pytest.param(
        "mine.py", "def handle(req, res):\n    raise OSError('no')\n", "OSError: no ({path}:2)", id="py raises"
    ),
    pytest.param("mine.py", "def handle(req, res):\n    req.body = 5\n", "left no request behind", id="py number"),
    pytest.param("mine.py", "def handle(req, res):\n    req.body['x'] = {1}.pop\n", "not JSON", id="py no json"),
    pytest.param("mine.py", "def handle(req, res):\n    res.send(1)\n", "but not answer it", id="py answers"),
    pytest.param("mine.py", "x = 1\n", "it must define `def handle(req, res)`", id="py empty"),
    pytest.param("mine.js", "exports.handle = () => { null.x }", "TypeError", id="js throws", marks=NODE),
    pytest.param("mine.js", "exports.handle = (q) => { q.body = 5 }", "left no request behind", id="js 5", marks=NODE),
    pytest.param("mine.js", "exports.handle = (q, s) => s.send()", "but not answer it", id="js answers", marks=NODE),
    pytest.param("mine.js", "module.exports = 5", "it must export a function handle", id="js empty", marks=NODE),
    pytest.param("other.py", "x = 1", "there is no mine.py or mine.js in ", id="missing"),
]


@pytest.mark.parametrize(("name", "code", "said"), FAILURES)
@trio_test(limit=30)
async def test_broken_plugin_is_passed_over(home: Home, name: str, code: str, said: str) -> None:
    path = home.write(f"plugins/{name}", code)
    async with running(home, usePlugins=["mine", "notebook-tools-filter"]) as router:
        answer = await router.ask("hello", tools=TOOLS)
        told = await router.log() + "\n".join(router.inner.state.plugins.problems)
    assert answer.status_code == 200
    assert len(router.seen[0].body["tools"]) == 1
    assert said.format(path=path) in told
