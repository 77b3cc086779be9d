"""The status line in the real Claude Code."""

from pathlib import Path

import pytest

from tests.e2e.client import WAYS, Client, needs_claude
from tests.e2e.model import say, serving
from tests.e2e.terminal import terminal

pytestmark = needs_claude


@pytest.mark.parametrize("way", WAYS)
def test_line_shows_who_really_answers(tmp_path: Path, way: list[str]) -> None:
    client = Client(tmp_path, way)
    modules = [{"text": "<{{workDirName}} {{providerModel}} by {{route}} {{requests}}>", "color": "bright_blue"}]
    with serving(lambda body: say("Good day.")) as model:
        client.configure(model, StatusLine={"enabled": True, "default": {"modules": modules}})
        with terminal([*client.ccr, "code"], env=client.env, folder=client.project) as screen:
            screen.wait_for("<project")
            screen.type("hello")
            # Only what has changed is drawn anew.
            screen.wait_for("up,a by default 1>")
            screen.press(b"\x03")
            screen.press(b"\x03")
