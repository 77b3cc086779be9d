"""The real Claude Code, where something other than the default route is to answer."""

import json
from pathlib import Path

import pytest

from tests.e2e.client import WAYS, Client, needs_claude
from tests.e2e.model import Answer, Body, call, results, say, serving
from tests.e2e.test_claude import EVERYTHING, png

pytestmark = needs_claude

TAG = "<CCR-SUBAGENT-MODEL>up,b</CCR-SUBAGENT-MODEL>"


@pytest.fixture(params=WAYS)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Client:
    return Client(tmp_path, request.param)


def agent(body: Body, kind: str, prompt: str) -> bytes:
    """Return a call of the tool that starts a subagent, which has had two names."""
    names = {tool["function"]["name"] for tool in body["tools"]}
    arguments = {"description": "look", "prompt": prompt, "subagent_type": kind, "run_in_background": False}
    return call(("Agent" if "Agent" in names else "Task", arguments))


def test_subagent_with_a_tag_in_its_prompt(client: Client) -> None:
    def script(body: Body) -> Answer:
        if body["model"] == "b":
            return say("found by b")
        return say(" ".join(results(body))) if results(body) else agent(body, "general-purpose", f"{TAG} look around")

    with serving(script) as model:
        client.configure(model)
        done = client.run("-p", "ask somebody", "--allowedTools", "Agent", "Task")
    assert "found by b" in done.stdout
    ours = [body for body in model.seen if body["model"] == "b"]
    assert ours
    assert "CCR-SUBAGENT-MODEL" not in json.dumps(ours)
    assert "look around" in json.dumps(ours)


def test_agent_of_the_user_with_a_tag(client: Client) -> None:
    folder = client.project / ".claude" / "agents"
    folder.mkdir(parents=True)
    (folder / "scout.md").write_text(f"---\nname: scout\ndescription: looks around\n---\n{TAG}\nYou are a scout.\n")

    def script(body: Body) -> Answer:
        if body["model"] == "b":
            return say("scouted by b")
        return say(" ".join(results(body))) if results(body) else agent(body, "scout", "look around")

    with serving(script) as model:
        # The tag goes before a long context.
        client.configure(model, Router={"default": "up,a", "longContext": "up,a", "longContextThreshold": 1000})
        done = client.run("-p", "ask the scout", "--allowedTools", "Agent", "Task")
    assert "scouted by b" in done.stdout
    ours = [body for body in model.seen if body["model"] == "b"]
    assert "You are a scout." in json.dumps(ours)
    assert "CCR-SUBAGENT-MODEL" not in json.dumps(ours)


def test_picture_goes_past_a_default_that_takes_only_text(client: Client) -> None:
    (client.project / "dot.png").write_bytes(png())

    def script(body: Body) -> Answer:
        if "image_url" in json.dumps(body["messages"]):
            return say(f"seen by {body['model']}")
        return call(("Read", {"file_path": str(client.project / "dot.png")}))

    with serving(script) as model:
        settings = {"a": {"images": False}, "b": {"images": True}}
        client.configure(model, provider={"model_settings": settings}, Router={"default": "up,a", "image": "up,b"})
        done = client.run("-p", "what is in dot.png", *EVERYTHING)
    assert done.stdout.strip() == "seen by b"
    assert not any("image_url" in json.dumps(body["messages"]) for body in model.seen if body["model"] == "a")


def test_router_mode_of_the_proof_of_concept(client: Client) -> None:
    target = client.project / "note.txt"

    def script(body: Body) -> Answer:
        if body["model"] == "b":
            has_code = "coder Agent Result" in json.dumps(body["messages"])
            return say('{"use": "use-tool"}' if has_code or results(body) else '{"use": "coder"}')
        if body["model"] == "think":
            return say("print('from the coder')")
        if results(body):
            return say("Written.")
        assert "from the coder" in json.dumps(body["messages"])
        return call(("Write", {"file_path": str(target), "content": "from the coder"}))

    with serving(script) as model:
        agents = {"ROUTER_AGENT_MODEL": "up,b", "TOOL_AGENT_MODEL": "up,a", "CODER_AGENT_MODEL": "up,think"}
        client.configure(model, **agents)
        done = client.run("-p", "write a note", *EVERYTHING, env={"ENABLE_ROUTER": "true"})
    assert done.stdout.strip() == "Written."
    assert target.read_text() == "from the coder"
    assert [body["model"] for body in model.turns if body["model"] != "b"] == ["a", "a"]
