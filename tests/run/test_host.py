"""What a service and a session leave behind; their lives are in test_service.py and test_session.py."""

import json

from tests.world import World, provider

ASK = """
import json, os, urllib.request
body = {"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "stream": True}
headers = {"content-type": "application/json", "authorization": "Bearer " + os.environ["ANTHROPIC_AUTH_TOKEN"]}
request = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", json.dumps(body).encode(), headers)
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""


def test_session_serves_requests_and_logs_them_without_secrets(world: World) -> None:
    with provider() as upstream:
        upstream.finish.set()
        world.configure(upstream.url, APIKEY="the-router-key")
        world.install_claude(ASK)
        done = world.run("code")
    assert (done.returncode, "message_stop" in done.stdout) == (0, True)
    assert upstream.seen[0]["model"] == "m"
    log = (world.home.logs / "ccr.log").read_text()
    line = json.loads(log.splitlines()[-1])
    assert (line["type"], line["provider"], line["model"], line["status"]) == ("request", "p", "m", 200)
    assert "sk-provider-key" not in log
    assert "the-router-key" not in log


def test_no_log_is_written_when_it_is_switched_off(world: World) -> None:
    world.configure(LOG=False)
    world.install_claude("pass")
    assert world.run("code").returncode == 0
    assert not (world.home.logs / "ccr.log").exists()


def test_note_of_a_service_is_taken_away_at_its_end(world: World) -> None:
    world.configure()
    world.run("start")
    assert (world.home.run / f"service-{world.port}.json").exists()
    world.run("stop")
    assert not (world.home.run / f"service-{world.port}.json").exists()
