import shutil
from pathlib import Path

import pytest

from ccr.config.parse import parse
from ccr.core.jsonio import dump_text
from ccr.plugins.load import Loader, Plugins, shown, targets
from tests.aio import trio_test
from tests.plugins.js.test_transformer import SHOUT, text_of, using
from tests.plugins.own import NODE, Home, Kept, running

PASS = "module.exports = class { name = 'pass'; transformRequestIn(request) { return request; } }"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def loaded(home: Home, env: dict[str, str] | None = None, **settings: object) -> Plugins:
    provider = {"name": "up", "api_base_url": "http://127.0.0.1:9", "api_key": "k", "models": ["m"]}
    config = parse(dump_text({"Providers": [provider], **settings}), {}).require()
    return Loader(home.root, env=home.env if env is None else env, log=Kept()).load(config)


def test_configuration_is_shown_as_it_is_written() -> None:
    provider = {"name": "up", "api_base_url": "http://h", "api_keys": ["a", "b"], "models": ["m"], "mine": 1}
    chains = {"use": ["deepseek", ["maxtoken", {"max_tokens": 9}]], "m": {"use": [{"path": "t.js", "options": {}}]}}
    provider["transformer"] = chains
    text = dump_text({"Providers": [provider], "Router": {"default": "up,m", "night": "up,m"}, "mine": {"x": 1}})
    config = parse(text, {}).require()
    found = shown(config)
    assert (found["mine"], found["Router"]["night"], found["PORT"]) == ({"x": 1}, "up,m", 3456)
    assert (found["Providers"][0]["api_key"], found["Providers"][0]["mine"]) == ("a", 1)
    assert found["Providers"][0]["transformer"] == chains
    assert targets(config) == {"up": {"baseUrl": "http://h", "models": ["m"]}}


def test_nothing_to_load_starts_nothing(home: Home) -> None:
    found = loaded(home)
    assert (found.bridge, found.router, found.rewriters, found.problems, found.files) == (None, None, (), (), ())


def test_paths_are_relative_to_the_home_folder(home: Home) -> None:
    home.write("r.py", "def router(req, config): pass\n")
    for path in ("r.py", "~/.claude-code-router/r.py", str(home.root / "r.py")):
        found = loaded(home, CUSTOM_ROUTER_PATH=path)
        assert (found.router is not None, found.files) == (True, (home.root / "r.py",))


@pytest.mark.parametrize("key", ["CUSTOM_ROUTER_PATH", "transformers", "usePlugins"])
def test_javascript_without_a_runtime_is_told(home: Home, key: str) -> None:
    path = home.write("plugins/own.js", PASS)
    value = {"CUSTOM_ROUTER_PATH": path, "transformers": [{"path": path}], "usePlugins": ["own"]}[key]
    found = loaded(home, {"HOME": home.env["HOME"], "PATH": ""}, **{key: value})
    assert found.problems[0].startswith(key)
    assert "no node, bun or deno on the PATH" in found.problems[0]
    assert "write the same in Python" in found.problems[0]


@trio_test(limit=30)
async def test_provider_that_needs_a_missing_runtime_says_so(home: Home) -> None:
    changes = using(home, PASS, "pass")
    async with running(home, env={**home.env, "PATH": ""}, **changes) as router:
        failed = await router.ask("hello")
    assert failed.status_code == 500
    assert failed.headers["x-should-retry"] == "false"
    message = failed.json()["error"]["message"]
    assert "transformer 'pass': transformers[0]: t.js: needs JavaScript" in message


def test_built_in_transformer_stands_in_where_there_is_no_runtime(home: Home) -> None:
    path = home.write("qwen-cli.js", PASS)
    found = loaded(home, {**home.env, "PATH": ""}, transformers=[{"path": path}])
    assert "needs JavaScript" in found.problems[0]
    assert found.registry.make("qwen-cli", {}).name == "qwen-cli"


@NODE
@trio_test(limit=30)
async def test_users_file_takes_the_place_of_a_built_in_transformer(home: Home) -> None:
    code = "module.exports = class { name = 'MaxToken'; transformRequestIn(r) { r.max_tokens = 3; return r; } }"
    async with running(home, **using(home, code, ["maxtoken", {"max_tokens": 9}])) as router:
        assert text_of(await router.ask("hello")) == "Hello"
    assert router.seen[0].body["max_tokens"] == 3


@NODE
def test_name_in_the_configuration_wins(home: Home) -> None:
    found = loaded(home, transformers=[{"path": home.write("t.js", PASS), "name": "other"}])
    assert found.registry.problem("other") is None
    assert found.registry.problem("pass") is not None


@pytest.mark.parametrize("name", ["node", "bun", "deno"])
@trio_test(limit=30)
async def test_every_runtime_runs_the_same_code(home: Home, tmp_path: Path, name: str) -> None:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / name).symlink_to(program)
    env = {**home.env, "PATH": str(tmp_path / "bin")}
    path = home.write("r.mjs", "export default (req) => (req.tokenCount > 0 ? 'up,n' : null);")
    async with running(home, env=env, CUSTOM_ROUTER_PATH=path, **using(home, SHOUT, "shout", name="t.mjs")) as router:
        answer = await router.ask("hello")
    assert (text_of(answer), answer.headers["x-ccr-route"]) == ("HELLO", "up,n")
