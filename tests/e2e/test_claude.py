"""The real Claude Code, through the router, to a scripted model."""

import base64
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.client import WAYS, Client, needs_claude
from tests.e2e.model import Answer, Body, call, results, say, serving

pytestmark = needs_claude
EVERYTHING = ("--allowedTools", "Bash", "Read", "Write", "Edit")


@pytest.fixture(params=WAYS)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Client:
    return Client(tmp_path, request.param)


def test_a_prompt_is_answered(client: Client) -> None:
    with serving(lambda body: say("Hello from the model.")) as model:
        client.configure(model)
        done = client.run("-p", "say hello")
    assert done.stdout.strip() == "Hello from the model."
    assert done.returncode == 0
    assert model.turns[0]["model"] == "a"
    assert "x-anthropic-billing-header" not in str(model.turns[0])


def test_a_piped_prompt_is_answered(client: Client) -> None:
    with serving(lambda body: say(str("piped words" in str(body["messages"])))) as model:
        client.configure(model)
        done = client.run("-p", text="these are piped words")
    assert done.stdout.strip() == "True"


def test_a_tool_loop_writes_a_file(client: Client) -> None:
    target = client.project / "note.txt"

    def script(body: Body) -> Answer:
        if results(body):
            return say("Written.")
        return call(("Write", {"file_path": str(target), "content": "from the model"}), text="I write.")

    with serving(script) as model:
        client.configure(model)
        done = client.run("-p", "write a note", *EVERYTHING)
    assert done.stdout.strip() == "Written."
    assert target.read_text() == "from the model"


def test_parallel_tools_all_run(client: Client) -> None:
    def script(body: Body) -> Answer:
        if found := results(body):
            return say(" ".join(found))
        return call(("Bash", {"command": "echo one"}), ("Bash", {"command": "echo two"}))

    with serving(script) as model:
        client.configure(model)
        done = client.run("-p", "run both", *EVERYTHING)
    assert sorted(done.stdout.split()) == ["one", "two"]
    calls = next(m for m in model.turns[-1]["messages"] if m.get("tool_calls"))["tool_calls"]
    assert len({c["id"] for c in calls}) == 2


def png() -> bytes:
    """Return a picture of one red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")
    )


def test_a_picture_that_is_read_reaches_the_model(client: Client) -> None:
    picture = client.project / "red.png"
    picture.write_bytes(png())

    def images(body: Body) -> list[str]:
        parts = [p for m in body["messages"] if isinstance(m["content"], list) for p in m["content"]]
        return [p["image_url"]["url"] for p in parts if p["type"] == "image_url"]

    def script(body: Body) -> Answer:
        if not results(body):
            return call(("Read", {"file_path": str(picture)}))
        return say("I see it." if images(body) else "I see nothing.")

    with serving(script) as model:
        client.configure(model)
        done = client.run("-p", "look at red.png", *EVERYTHING)
    assert done.stdout.strip() == "I see it."
    data = images(model.turns[-1])[0].partition("base64,")[2]
    assert base64.b64decode(data)[:4] == b"\x89PNG"


def test_thinking_is_shown_and_comes_back_as_the_providers_own(client: Client) -> None:
    def script(body: Body) -> Answer:
        if results(body):
            return say("Done.")
        return call(("Bash", {"command": "echo x"})).replace(
            b'"choices": [{"index": 0, "delta": {',
            b'"choices": [{"index": 0, "delta": {"reasoning_content": "Hm, let me see. ", ',
            1,
        )

    with serving(script) as model:
        client.configure(model, provider={"transformer": {"use": ["deepseek"]}})
        done = client.run("-p", "think", "--output-format", "stream-json", "--verbose", *EVERYTHING)
    assert '"thinking":"Hm, let me see. "' in done.stdout
    turn = next(m for m in model.turns[-1]["messages"] if m.get("tool_calls"))
    assert turn["reasoning_content"] == "Hm, let me see. "


def test_a_model_can_be_named(client: Client) -> None:
    with serving(lambda body: say(f"I am {body['model']}.")) as model:
        client.configure(model)
        done = client.run("-p", "who are you", "--model", "up,b")
    assert done.stdout.strip() == "I am b."


def test_a_stream_that_breaks_is_repeated(client: Client) -> None:
    broken: list[Any] = []

    def script(body: Body) -> Answer:
        if not broken:
            broken.append(body)
            return None
        return say("Whole again.")

    with serving(script) as model:
        client.configure(model)
        done = client.run("-p", "say something")
    assert done.stdout.strip() == "Whole again."
    assert done.returncode == 0


def test_an_error_is_told_in_the_providers_words(client: Client) -> None:
    with serving(lambda body: (400, {"error": {"message": "the moon is full"}})) as model:
        client.configure(model)
        done = client.run("-p", "say something")
    assert "the moon is full" in done.stdout
    assert "secret-key-0001" not in done.stdout + done.stderr
    assert done.returncode == 1


def test_plan_mode_goes_to_the_think_model(client: Client) -> None:
    with serving(lambda body: say(f"I am {body['model']}.")) as model:
        client.configure(model, Router={"default": "up,a", "think": "up,think"})
        planned = client.run("-p", "make a plan", "--permission-mode", "plan")
        ordinary = client.run("-p", "say something")
    assert (planned.stdout.strip(), ordinary.stdout.strip()) == ("I am think.", "I am a.")


def test_the_window_of_the_default_route_sets_when_to_compact(client: Client) -> None:
    def script(body: Body) -> Answer:
        # The first turn claims a prompt that leaves no room in the model's window.
        return say("Summary.") if "Respond with TEXT ONLY" in str(body["messages"][-1]) else full(body)

    def full(body: Body) -> Answer:
        if len(results(body)) > 2 or "Summary." in str(body):
            return say("done")
        return call(("Bash", {"command": "echo one"}), tokens=59_000)

    with serving(script) as model:
        client.configure(model, provider={"model_settings": {"a": {"context_window": 64_000}}})
        done = client.run("-p", "run it", *EVERYTHING)
    assert done.stdout.strip() == "done"
    assert any("Respond with TEXT ONLY" in str(body["messages"][-1]) for body in model.turns)


def test_a_repository_and_a_profile_choose_the_model(client: Client) -> None:
    own = client.project / ".claude-code-router" / "config.json"
    own.parent.mkdir()
    own.write_text(json.dumps({"Router": {"default": "up,b"}}))
    with serving(lambda body: say(f"I am {body['model']}.")) as model:
        client.configure(model, profiles={"deep": {"Router": {"default": "up,think"}}})
        plain = client.run("-p", "who are you")
        profiled = client.run("--profile", "deep", "-p", "who are you")
    assert (plain.stdout.strip(), profiled.stdout.strip()) == ("I am b.", "I am think.")


def test_a_picture_reaches_a_model_that_can_not_see(client: Client) -> None:
    (client.project / "dot.png").write_bytes(png())

    def script(body: Body) -> Answer:
        if body["model"] == "b":
            return say("A red dot.")
        if not results(body):
            return call(("Read", {"file_path": str(client.project / "dot.png")}))
        return say(str("A red dot." in json.dumps(body) and "image_url" not in json.dumps(body)))

    with serving(script) as model:
        settings = {"a": {"images": False}, "b": {"images": True}}
        router = {"default": "up,a", "image": "up,b"}
        client.configure(model, provider={"model_settings": settings}, Router=router, forceUseImageAgent=True)
        done = client.run("-p", "what is in dot.png", *EVERYTHING)
    assert done.stdout.strip() == "True"
