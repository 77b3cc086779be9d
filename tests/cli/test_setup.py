import json

import pytest

from tests.vendor import Answer, Request, chat_reply, refusal, vendor
from tests.world import World

KEY = "sk-good-0123456789abcdef"


def script(request: Request) -> Answer:
    if request.key != KEY:
        return refusal(401, "Incorrect API key")
    return chat_reply(request.body) if request.body else (200, {"data": [{"id": "m"}, {"id": "n"}]})


def test_script_writes_what_it_is_told(world: World) -> None:
    with vendor(script) as made:
        words = ["--provider", f"work={made.url}/v1", "--key", "work=$WORK_KEY", "--model", "work=m,n"]
        words += ["--route", "think=work,n"]
        done = world.run("setup", "--non-interactive", *words, env={"WORK_KEY": KEY})
    assert (done.returncode, done.stderr) == (0, "")
    provider = {"name": "work", "api_base_url": f"{made.url}/v1", "api_key": "$WORK_KEY", "models": ["m", "n"]}
    assert json.loads(world.home.config.read_text()) == {
        "Providers": [provider],
        "Router": {"default": "work,m", "think": "work,n"},
    }
    assert world.home.config.stat().st_mode & 0o777 == 0o600
    assert [request.body["model"] for request in made.seen] == ["m", "n"]


def test_key_that_does_not_work_writes_nothing_unless_told(world: World) -> None:
    with vendor(script) as made:
        words = ["--non-interactive", "--provider", f"w={made.url}", "--key", "w=sk-bad", "--model", "w=m"]
        refused = world.run("setup", *words)
        assert refused.returncode == 1
        assert "make a new one" in refused.stderr
        assert not world.home.config.exists()
        assert world.run("setup", *words, "--no-test").returncode == 0


def test_template_brings_address_variable_and_models(world: World) -> None:
    assert world.run("setup", "--non-interactive", "--provider", "deepseek", "--no-test").returncode == 0
    provider = json.loads(world.home.config.read_text())["Providers"][0]
    assert (provider["api_key"], provider["models"][0]) == ("$DEEPSEEK_API_KEY", "deepseek-chat")


def test_what_is_there_stays_unless_it_is_made_anew(world: World) -> None:
    world.configure(APIKEY="mine")
    before = world.home.config.read_text()
    words = ["setup", "--non-interactive", "--provider", "deepseek", "--no-test"]
    assert world.run(*words).returncode == 0
    config = json.loads(world.home.config.read_text())
    assert [p["name"] for p in config["Providers"]] == ["p", "deepseek"]
    assert (config["APIKEY"], config["Router"]["default"]) == ("mine", "p,m")
    assert world.run(*words, "--replace").returncode == 0
    config = json.loads(world.home.config.read_text())
    assert ([p["name"] for p in config["Providers"]], "APIKEY" in config) == (["deepseek"], False)
    backups = [path.read_text() for path in world.home.root.glob("*.bak")]
    assert len(backups) == 2
    assert before in backups


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "no terminal to ask on; give --non-interactive"),
        (["--non-interactive"], "which providers?"),
        (["--non-interactive", "--provider", "deepsek"], "did you mean 'deepseek'?"),
        (["--non-interactive", "--provider", "x=nowhere"], "is no address"),
        (["--non-interactive", "--provider", "x=http://x"], "which models of x?"),
        (["--non-interactive", "--provider", "deepseek", "--key", "x=y"], "'x' is no --provider"),
        (["--non-interactive", "--provider", "deepseek", "--key", "y"], "not of the form NAME=VALUE"),
        (["--non-interactive", "--provider", "deepseek", "--route", "y"], "not of the form"),
    ],
)
def test_wrong_words_are_told(world: World, words: list[str], expected: str) -> None:
    done = world.run("setup", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert not world.home.config.exists()


def test_broken_configuration_is_left_alone(world: World) -> None:
    world.home.config.parent.mkdir(parents=True)
    world.home.config.write_text("{ broken")
    done = world.run("setup", "--non-interactive", "--provider", "deepseek", "--no-test")
    assert done.returncode == 1
    assert world.home.config.read_text() == "{ broken"
