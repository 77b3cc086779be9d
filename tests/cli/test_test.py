import json
import re

import pytest

from tests.vendor import Answer, Request, chat_reply, refusal, vendor
from tests.world import World

GOOD, BAD, EMPTY = "sk-good-0123456789abcdef", "sk-bad-00123456789abcdef", "sk-empty-123456789abcdef"


def script(request: Request) -> Answer:
    """Answer one good key and one model only."""
    if request.path != "/v1/chat/completions":
        return 404, b"<html><title>Not here</title></html>"
    if request.key == EMPTY:
        return refusal(402, "Insufficient Balance")
    if request.key != GOOD:
        return refusal(401, f"Incorrect API key provided: {request.key}")
    if request.body["model"] != "m":
        return refusal(404, "The model `x` does not exist", "model_not_found")
    return chat_reply(request.body)


def configure(world: World, url: str, keys: list[str], models: list[str], **provider: object) -> None:
    found = {"name": "p", "api_base_url": url, "api_keys": keys, "models": models, **provider}
    world.configure(Providers=[found])


def test_one_good_key_works(world: World) -> None:
    with vendor(script) as made:
        configure(world, made.url, [GOOD], ["m"])
        done = world.run("test")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"p +m +sk-g\.\.\.cdef +ok +200 +\d+ +\d+ ms", done.stdout)
    assert "1 of 1 work" in done.stdout
    assert made.seen[0].body["max_tokens"] == 1


def test_every_key_and_model_is_tried(world: World) -> None:
    with vendor(script) as made:
        configure(world, made.url, [GOOD, BAD, EMPTY], ["m", "x"])
        done = world.run("test", "--json")
    results = json.loads(done.stdout)
    assert done.returncode == 1
    assert len(made.seen) == 6
    assert [(r["key"].split()[0], r["model"], r["ok"], r["status"]) for r in results] == [
        ("#1", "m", True, 200),
        ("#1", "x", False, 404),
        ("#2", "m", False, 401),
        ("#2", "x", False, 401),
        ("#3", "m", False, 402),
        ("#3", "x", False, 402),
    ]
    mends = [r["mend"] for r in results]
    assert [word in mend for word, mend in zip(["", "name", "wrong", "wrong", "top it up"], mends, strict=False)]
    assert not any(key in done.stdout for key in (GOOD, BAD, EMPTY))


@pytest.mark.parametrize(
    ("words", "models"),
    [(["p"], ["m", "x"]), (["p,m"], ["m"]), (["P,y"], ["y"])],
    ids=["provider", "model", "unlisted"],
)
def test_choice_is_tried_alone(world: World, words: list[str], models: list[str]) -> None:
    with vendor(script) as made:
        configure(world, made.url, [GOOD], ["m", "x"])
        world.run("test", *words)
    assert [request.body["model"] for request in made.seen] == models


def test_anthropic_provider_is_asked_in_its_own_way(world: World) -> None:
    def messages(request: Request) -> Answer:
        assert (request.path, request.headers["x-api-key"]) == ("/v1/messages", GOOD)
        return 529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    with vendor(messages) as made:
        configure(world, f"{made.url}/v1/messages", [GOOD], ["m"], transformer={"use": ["Anthropic"]})
        done = world.run("test")
    assert done.returncode == 1
    assert "Overloaded\n  -> the provider has trouble" in done.stdout


def test_nobody_there_is_told_with_a_mend(world: World) -> None:
    configure(world, "http://127.0.0.1:9/v1", [], ["m"])
    done = world.run("test")
    assert done.returncode == 1
    assert "check api_base_url" in done.stdout
    assert "Traceback" not in done.stderr


def test_web_page_points_at_the_address(world: World) -> None:
    with vendor(lambda _: (200, b"<html><title>Welcome</title></html>")) as made:
        configure(world, made.url, [], ["m"])
        assert "a web page and no API" in world.run("test").stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["nobody"], "there is no provider 'nobody'; configured are: p"), (["p"], "has no models in its list")],
)
def test_nothing_to_test_is_an_error(world: World, words: list[str], expected: str) -> None:
    configure(world, "http://127.0.0.1:9/v1", [], [])
    done = world.run("test", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert expected in done.stderr
