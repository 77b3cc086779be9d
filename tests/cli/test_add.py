import json
from typing import Any

import pytest

from ccr.cli.add import name_of
from tests.chat import delta, sse, tool, usage
from tests.vendor import Answer, Request, chat_reply, refusal, vendor
from tests.world import World

KEY = "sk-good-0123456789abcdef"


def openai(request: Request) -> Answer:
    """Behave like a strict chat-completions server with one thinking model that sees nothing."""
    if request.path == "/v1/models":
        models = [{"id": "text-embedding-1"}, {"id": "thinker", "max_model_len": 65536}]
        return (200, {"data": models}) if request.key == KEY else refusal(401, "Incorrect API key")
    if request.path != "/v1/chat/completions":
        return 404, {"detail": "Not Found"}
    if request.key != KEY:
        return refusal(401, "Incorrect API key")
    body = request.body
    if "image_url" in json.dumps(body["messages"]):
        return refusal(400, "This model does not support image input")
    if body["max_tokens"] > 8192:
        return refusal(400, "max_tokens is too large: it must be at most 8192")
    if body.get("tools"):
        chunks = [tool(i, call=f"c{i}", name="get_weather", args='{"city":"x"}') for i in range(2)]
        return 200, sse([*chunks, delta(finish="tool_calls"), usage()])
    return chat_reply(body, "hi", reasoning_content="hm")


def test_everything_is_found_and_written(world: World) -> None:
    with vendor(openai) as made:
        done = world.run("add", made.url, "--key", "$MY_KEY", "--name", "mine", env={"MY_KEY": KEY})
    assert (done.returncode, done.stderr) == (0, "")
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines() if "  " in line)
    found = {name: value.strip() for name, value in lines.items()}
    assert found["endpoint"] == f"{made.url}/v1/chat/completions"
    assert (found["wire format"], found["asked"]) == ("openai_chat", "thinker")
    assert (found["streaming"], found["tools"], found["parallel tools"], found["vision"]) == ("yes", "yes", "yes", "no")
    assert found["reasoning"] == "in reasoning_content"
    assert (found["context window"], found["max output"]) == ("65536 tokens", "8192 tokens")
    config = json.loads(world.home.config.read_text())
    assert config["Router"] == {"default": "mine,thinker"}
    assert config["Providers"] == [
        {
            "name": "mine",
            "api_base_url": f"{made.url}/v1/chat/completions",
            "api_key": "$MY_KEY",
            "models": ["thinker"],
            "model_settings": {"thinker": {"context_window": 65536, "max_output": 8192}},
        }
    ]
    assert KEY not in world.home.config.read_text() + done.stdout


def test_dry_run_writes_nothing(world: World) -> None:
    with vendor(openai) as made:
        done = world.run("add", made.url, "--key-stdin", "--dry-run", "--json", text=f"{KEY}\n")
    shown = json.loads(done.stdout)
    assert (done.returncode, shown["finding"]["tools"], shown["entry"]["api_key"]) == (0, True, "sk-g...cdef")
    assert KEY not in done.stdout
    assert not world.home.config.exists()


def test_comments_stay_and_a_default_route_too(world: World) -> None:
    world.home.config.parent.mkdir(parents=True)
    world.home.config.write_text('{\n  // mine\n  "Router": {"default": "a,b"},\n}\n')
    with vendor(openai) as made:
        assert world.run("add", made.url, "--key", KEY).returncode == 0
        assert "// mine" in world.home.config.read_text()
        assert '"default": "a,b"' in world.home.config.read_text()
        again = world.run("add", made.url, "--key", KEY)
        assert (again.returncode, "--force" in again.stderr) == (1, True)
        assert world.run("add", made.url, "--key", KEY, "--force").returncode == 0
    assert world.home.config.read_text().count('"name": "local"') == 1


def anthropic(request: Request) -> Answer:
    """Behave like a server that speaks the Messages API only, and has no list of models."""
    if request.path != "/v1/messages":
        return 404, b"<html><title>404</title></html>"
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn"}
    reply: dict[str, Any] = {**message, "content": [{"type": "text", "text": "hi"}], "usage": {"input_tokens": 1}}
    return 200, {**reply, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}


def test_other_wire_format_is_found(world: World) -> None:
    with vendor(anthropic) as made:
        done = world.run("add", made.url, "--key", "k", "--model", "claude-x", "--name", "a")
    assert done.returncode == 0, done.stderr
    provider = json.loads(world.home.config.read_text())["Providers"][0]
    assert provider["api_base_url"] == f"{made.url}/v1/messages"
    assert provider["models"] == ["claude-x"]
    assert "streaming       no" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--key", "wrong", "--model", "m"], "make a new one"),
        (["--model", "m"], "wants a key"),
        (["--key", "$NOT_SET"], "$NOT_SET is not set"),
    ],
)
def test_failure_is_told_and_nothing_is_written(world: World, words: list[str], expected: str) -> None:
    with vendor(openai) as made:
        done = world.run("add", f"{made.url}/v1", *words)
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not world.home.config.exists()


def test_nobody_there_is_told(world: World) -> None:
    done = world.run("add", "http://127.0.0.1:9", "--model", "m")
    assert (done.returncode, "check api_base_url" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://api.deepseek.com", "deepseek"),
        ("https://llm.example.com/v1", "example"),
        ("http://127.0.0.1:8000", "local"),
        ("https://api.my-company.io", "my-company"),
    ],
)
def test_name_follows_the_address(address: str, expected: str) -> None:
    assert name_of(address) == expected
