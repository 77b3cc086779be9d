from pathlib import Path

import pytest

from ccr.plugins.failure import PluginError
from ccr.plugins.router import checked
from tests.aio import trio_test
from tests.plugins.own import NODE, Home, running

SEED_JS = """
module.exports = async function router(req, config) {
  const userMessage = req.body.messages.find((m) => m.role === "user")?.content;
  if (userMessage && userMessage.includes("explain this code")) {
    return "up,n";
  }
  return null;
};
"""
SEED_PY = """
async def router(req, config):
    user_message = next((m["content"] for m in req.body["messages"] if m["role"] == "user"), "")
    if "explain this code" in user_message:
        return "up,n"
    return None
"""
LOOKS_JS = """
export default (req, config, { event }) => {
  if (typeof event.on !== "function" || typeof req.log.info !== "function") throw new Error("incomplete");
  if (config.Providers[0].api_key !== "k" || config.Router.default !== "up,m") throw new Error("no config");
  req.log.info("asked by", req.headers["x-test"]);
  return req.tokenCount > 1000 && req.sessionId === "s-1" ? "up,n" : undefined;
};
"""
LOOKS_PY = """
def router(req, config):
    assert config["Providers"][0]["api_key"] == "k" and config["Router"]["default"] == "up,m"
    req.log.warn("asked by", req.headers["x-test"])
    return "up,n" if req.token_count == req.tokenCount > 1000 and req.session_id == req.sessionId == "s-1" else None
"""
MUTATES_JS = "module.exports = (req, config) => { req.body.messages = []; config.Router.default = 'up,n'; };"
MUTATES_PY = """
def router(req, config):
    req.body["messages"].clear()
    config["Router"]["default"] = "up,n"
"""

LANGUAGES = [
    pytest.param("r.js", SEED_JS, id="commonjs", marks=NODE),
    pytest.param("r.cjs", SEED_JS, id="cjs", marks=NODE),
    pytest.param("r.mjs", SEED_JS.replace("module.exports =", "export default"), id="mjs", marks=NODE),
    pytest.param("r.js", SEED_JS.replace("module.exports =", "export default"), id="es module in .js", marks=NODE),
    pytest.param("r.py", SEED_PY, id="async python"),
    pytest.param("r.py", SEED_PY.replace("async def", "def"), id="python"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize(("name", "code"), LANGUAGES)
@trio_test(limit=30)
async def test_custom_router_chooses_or_leaves_it_to_the_rules(home: Home, name: str, code: str) -> None:
    async with running(home, CUSTOM_ROUTER_PATH=home.write(name, code)) as router:
        chosen, left = await router.ask("please explain this code"), await router.ask("hello")
    assert (chosen.headers["x-ccr-route"], chosen.headers["x-ccr-scenario"]) == ("up,n", "custom")
    assert (left.headers["x-ccr-route"], left.headers["x-ccr-scenario"]) == ("up,m", "default")
    assert [seen.body["model"] for seen in router.seen] == ["n", "m"]


@pytest.mark.parametrize(
    ("name", "code"), [pytest.param("r.mjs", LOOKS_JS, id="javascript", marks=NODE), ("r.py", LOOKS_PY)]
)
@trio_test(limit=30)
async def test_custom_router_sees_the_request(home: Home, name: str, code: str) -> None:
    metadata = {"user_id": "user_0_account__session_s-1"}
    async with running(home, CUSTOM_ROUTER_PATH=home.write(name, code)) as router:
        router.inner.http.headers["x-test"] = "me"
        small = await router.ask("hello", metadata=metadata)
        large = await router.ask("word " * 3000, metadata=metadata)
    assert (small.headers["x-ccr-route"], large.headers["x-ccr-route"]) == ("up,m", "up,n")


CHANGES_JS = """
module.exports = (req) => {
  if (req.method !== "POST" || !req.url.startsWith("/v1/messages")) throw new Error("no request");
  req.body.messages[0].content = "changed";
  req.body.max_tokens = 7;
  return req.body.stay ? null : "up,n";
};
"""


@NODE
@trio_test(limit=30)
async def test_javascript_router_may_change_the_body_as_in_the_original(home: Home) -> None:
    async with running(home, CUSTOM_ROUTER_PATH=home.write("r.js", CHANGES_JS)) as router:
        answers = [await router.ask("hello"), await router.ask("hello", stay=True)]
    assert [answer.headers["x-ccr-route"] for answer in answers] == ["up,n", "up,m"]
    for seen in router.seen:
        assert (seen.body["messages"][-1]["content"], seen.body["max_tokens"]) == ("changed", 7)


@NODE
@pytest.mark.parametrize("left", ["{}", "5", '{model: "m", messages: []}'])
@trio_test(limit=30)
async def test_javascript_router_that_leaves_no_request_is_passed_over(home: Home, left: str) -> None:
    code = f"module.exports = (req) => {{ req.body = {left}; return 'up,n'; }};"
    async with running(home, CUSTOM_ROUTER_PATH=home.write("r.js", code)) as router:
        answer = await router.ask("hello")
        told = await router.log()
    assert (answer.status_code, answer.headers["x-ccr-route"]) == (200, "up,m")
    assert router.seen[0].body["messages"][-1]["content"] == "hello"
    assert "left no request behind in req.body" in told


@pytest.mark.parametrize(
    ("name", "code"), [pytest.param("r.js", MUTATES_JS, id="javascript", marks=NODE), ("r.py", MUTATES_PY)]
)
@trio_test(limit=30)
async def test_custom_router_cannot_do_harm(home: Home, name: str, code: str) -> None:
    async with running(home, CUSTOM_ROUTER_PATH=home.write(name, code)) as router:
        answers = [await router.ask("hello"), await router.ask("hello")]
    assert [answer.headers["x-ccr-route"] for answer in answers] == ["up,m", "up,m"]
    assert len(router.seen[1].body["messages"]) == 1


BROKEN = [
    pytest.param("r.py", "def router(req, config):\n    return {}['x']\n", "KeyError: 'x' ({path}:2)", id="py raises"),
    pytest.param("r.py", "def router(req, config):\n    return 5\n", "returned 5 where", id="py number"),
    pytest.param("r.py", "def router(req, config):\n    raise SystemExit\n", "SystemExit was raised", id="py exits"),
    pytest.param("r.py", "def router(req, config):\n    while True: pass\n", "no result after 0.5 s", id="py loops"),
    pytest.param(
        "r.py",
        "import trio\nasync def router(req, config):\n    await trio.sleep_forever()\n",
        "no result after 0.5 s",
        id="py hangs",
    ),
    pytest.param("r.py", "def router(req, config)\n", "SyntaxError: expected ':' ({path}:1)", id="py syntax"),
    pytest.param("r.py", "import no_such_module\n", "No module named 'no_such_module' ({path}:1)", id="py import"),
    pytest.param("r.py", "x = 1\n", "it must define `def router(req, config)`", id="py empty"),
    pytest.param("none.py", None, "can't be read: No such file", id="py missing"),
    pytest.param("r.js", "module.exports = () => {\n  null.x;\n};", "TypeError: ", id="js throws", marks=NODE),
    pytest.param("r.js", "module.exports = () => ({a: 1})", 'returned {{"a":1}} where', id="js object", marks=NODE),
    pytest.param("r.js", "module.exports = () => process.exit(1)", "process.exit(1)", id="js exits", marks=NODE),
    pytest.param("r.js", "module.exports = () => new Promise(() => 0)", "no result after", id="js hangs", marks=NODE),
    pytest.param("r.js", "module.exports = () => {\n x", "SyntaxError: ", id="js syntax", marks=NODE),
    pytest.param("r.js", "module.exports = 5", "it must export a function", id="js number", marks=NODE),
    pytest.param("none.js", None, "there is no such file", id="js missing", marks=NODE),
    pytest.param("r.txt", "hello", "its name must end in .py, .js", id="other", marks=NODE),
]


@pytest.mark.parametrize(("name", "code", "said"), BROKEN)
@trio_test(limit=30)
async def test_broken_custom_router_leaves_it_to_the_rules(home: Home, name: str, code: str | None, said: str) -> None:
    path = str(home.root / name) if code is None else home.write(name, code)
    limit = 500 if said.startswith("no result") else 10_000
    async with running(home, CUSTOM_ROUTER_PATH=path, CUSTOM_ROUTER_TIMEOUT_MS=limit) as router:
        answer = await router.ask("hello")
        told = await router.log() + "\n".join(router.inner.state.plugins.problems)
    assert (answer.status_code, answer.headers["x-ccr-route"]) == (200, "up,m")
    assert said.format(path=path) in told.replace('\\"', '"')


@trio_test(limit=30)
async def test_python_router_may_take_the_context_too(home: Home) -> None:
    code = (
        "def router(req, config, context):\n"
        "    assert context['token_count'] == req.token_count and context['session_id'] == req.session_id\n"
        "    return 'up,n' if context['folder'] == '/home/me/app' and context['agent'] == 'a1' else None\n"
    )
    async with running(home, CUSTOM_ROUTER_PATH=home.write("r.py", code)) as router:
        router.inner.http.headers["x-claude-code-agent-id"] = "a1"
        answer = await router.ask("hello", system="Working directory: /home/me/app\n")
    assert answer.headers["x-ccr-route"] == "up,n"


@trio_test(limit=30)
async def test_custom_router_that_names_nothing_leaves_it_to_the_rules(home: Home) -> None:
    path = home.write("r.py", "def router(req, config):\n    return 'nobody,nothing'\n")
    async with running(home, CUSTOM_ROUTER_PATH=path) as router:
        answer = await router.ask("hello")
    assert (answer.status_code, answer.headers["x-ccr-route"]) == (200, "up,m")


@pytest.mark.parametrize("nothing", [None, False, "", "  "])
def test_nothing_is_no_route(nothing: object) -> None:
    assert checked(nothing, Path("r.py")) is None


@pytest.mark.parametrize("value", [1, True, ["up", "m"], {"provider": "up"}, object(), b"up,m"])
def test_value_that_is_no_route_is_refused(value: object) -> None:
    with pytest.raises(PluginError, match="where 'provider,model' or nothing is expected"):
        checked(value, Path("r.py"))
