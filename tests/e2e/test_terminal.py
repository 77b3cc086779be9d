"""The interactive Claude Code in a real terminal."""

from pathlib import Path

import pytest

from tests.e2e.client import WAYS, Client, needs_claude
from tests.e2e.model import say, serving
from tests.e2e.terminal import terminal

pytestmark = needs_claude


@pytest.fixture(params=WAYS)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Client:
    return Client(tmp_path, request.param)


def test_the_model_is_switched_in_a_session(client: Client) -> None:
    with serving(lambda body: say(f"I am model {body['model']}.")) as model:
        client.configure(model)
        with terminal([*client.ccr, "code"], env=client.env, folder=client.project) as screen:
            screen.wait_for("\u276f")  # the client's prompt
            screen.type("/model up,b")
            screen.wait_for("Set model to up,b")
            screen.type("who are you")
            screen.wait_for("I am model b.")
            screen.press(b"\x03")
            screen.press(b"\x03")
