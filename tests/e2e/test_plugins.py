"""The real Claude Code, through the user's own code in both languages."""

from pathlib import Path

import pytest

from tests.e2e.client import WAYS, Client, needs_claude
from tests.e2e.model import say, serving
from tests.plugins.own import NODE

pytestmark = needs_claude

ROUTERS = [
    pytest.param(
        "router.py",
        "async def router(req, config):\n"
        "    return 'up,b' if 'explain this code' in str(req.body['messages']) else None\n",
        id="python",
    ),
    pytest.param(
        "router.js",
        "module.exports = async function router(req, config) {\n"
        "  return JSON.stringify(req.body.messages).includes('explain this code') ? 'up,b' : null;\n};\n",
        id="javascript",
        marks=NODE,
    ),
]
TRANSFORMERS = [
    pytest.param(
        "shout.py",
        "from ccr.core.event import Text\nfrom ccr.transform.base import Transformer\n"
        "class Upper:\n"
        "    def feed(self, event):\n"
        "        return [Text(event.text.upper()) if isinstance(event, Text) else event]\n"
        "    def close(self):\n        return ()\n"
        "class Shout(Transformer):\n    name = 'shout'\n"
        "    async def edit(self, request, context):\n        request['user'] = 'me'\n        return request\n"
        "    def filter(self, context):\n        return Upper()\n",
        id="python",
    ),
    pytest.param(
        "shout.js",
        "module.exports = class {\n  name = 'shout';\n"
        "  async transformRequestIn(request) { request.user = 'me'; return request; }\n"
        "  async transformResponseOut(response) {\n"
        "    const upper = new TransformStream({ transform(chunk, controller) {\n"
        "      const text = new TextDecoder().decode(chunk);\n"
        "      controller.enqueue(new TextEncoder().encode(text.replaceAll('quiet', 'QUIET')));\n"
        "    } });\n"
        "    return new Response(response.body.pipeThrough(upper), response);\n  }\n};\n",
        id="javascript",
        marks=NODE,
    ),
]


@pytest.fixture(params=WAYS)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Client:
    return Client(tmp_path, request.param)


def write(client: Client, name: str, code: str) -> str:
    path = client.home / ".claude-code-router" / name
    path.write_text(code)
    return str(path)


@pytest.mark.parametrize(("name", "code"), ROUTERS)
def test_custom_router_chooses_the_model(client: Client, name: str, code: str) -> None:
    with serving(lambda body: say(f"I am {body['model']}.")) as model:
        client.configure(model, CUSTOM_ROUTER_PATH=write(client, name, code))
        chosen = client.run("-p", "please explain this code")
        left = client.run("-p", "say hello")
    assert (chosen.stdout.strip(), left.stdout.strip()) == ("I am b.", "I am a.")


@pytest.mark.parametrize(("name", "code"), TRANSFORMERS)
def test_custom_transformer_changes_request_and_reply(client: Client, name: str, code: str) -> None:
    with serving(lambda body: say("quiet")) as model:
        transformers = [{"path": write(client, name, code)}]
        client.configure(model, transformers=transformers, provider={"transformer": {"use": ["shout"]}})
        done = client.run("-p", "say something")
    assert done.stdout.strip() == "QUIET"
    assert model.turns[0]["user"] == "me"


def test_plugin_rewrites_the_prompt(client: Client) -> None:
    with serving(lambda body: say("done")) as model:
        (client.home / ".claude-code-router" / "plugins").mkdir()
        write(client, "plugins/polite.py", "def handle(req, res):\n    req.body['system'] = 'be polite'\n")
        client.configure(model, usePlugins=["polite", "notebook-tools-filter"])
        client.run("-p", "say something")
    assert model.turns[0]["messages"][0] == {"role": "system", "content": "be polite"}
    assert "NotebookEdit" not in [tool["function"]["name"] for tool in model.turns[0]["tools"]]
