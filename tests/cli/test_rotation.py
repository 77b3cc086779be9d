import json

from tests.vendor import Answer, Request, chat_reply, refusal, vendor
from tests.world import World

KEYS = ["sk-bad-00123456789abcdef", "sk-good-0123456789fedcba"]


def test_no_service_is_told_with_its_mend(world: World) -> None:
    world.configure()
    done = world.run("rotation")
    assert (done.returncode, done.stdout) == (3, "")
    assert "`ccr start` starts it" in done.stderr


def script(request: Request) -> Answer:
    return chat_reply(request.body) if request.key == KEYS[1] else refusal(401, "Incorrect API key provided")


def ask(world: World) -> None:
    """Send one request through the service."""
    from urllib.request import Request as Sent
    from urllib.request import urlopen

    body = {"model": "claude-x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
    headers = {"content-type": "application/json", "x-api-key": "router-key"}
    url = f"http://127.0.0.1:{world.port}/v1/messages"
    with urlopen(Sent(url, json.dumps(body).encode(), headers), timeout=20) as answer:
        answer.read()


def test_state_of_each_key_comes_from_the_running_service(world: World) -> None:
    with vendor(script) as made:
        provider = {"name": "p", "api_base_url": f"{made.url}/v1", "api_keys": KEYS, "models": ["m"]}
        world.configure(Providers=[provider], APIKEY="router-key")
        assert world.run("start").returncode == 0
        ask(world)
        shown = world.run("rotation")
        reports = json.loads(world.run("rotation", "--json").stdout)["providers"]
        status = world.run("status")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Provider: p\n  Strategy: round_robin\n  Total keys: 2\n  Available keys: 1" in shown.stdout
    bad, good = reports[0]["keys"]
    assert (bad["state"], bad["failures"], good["state"], good["requests"]) == ("disabled", 1, "active", 1)
    assert "p: round_robin, 1 of 2 keys available" in status.stdout
    assert not any(key in shown.stdout + json.dumps(reports) + status.stdout for key in KEYS)
