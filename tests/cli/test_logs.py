import json
from typing import Any

from tests.world import World


def write(world: World, *records: dict[str, Any], name: str = "ccr.log") -> None:
    world.home.logs.mkdir(parents=True, exist_ok=True)
    with (world.home.logs / name).open("a") as file:
        file.writelines(json.dumps({"time": "2026-11-21T05:10:22.123Z", "level": "info", **r}) + "\n" for r in records)


GOOD = {"type": "request", "status": 200, "result": "ok", "provider": "p", "model": "m", "scenario": "think", "ms": 5}
BAD = {**GOOD, "status": 502, "result": "error", "error": "it broke"}


def test_log_has_a_line_for_each_request(world: World) -> None:
    write(world, {"text": "hello"}, GOOD, BAD)
    done = world.run("logs")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(" ")[2].partition(" ")[2] for line in done.stdout.splitlines()] == [
        "info: hello",
        "200  p,m  think  5ms",
        "502  p,m  think  5ms  error: it broke",
    ]
    assert "\x1b" not in done.stdout


def test_errors_and_count_choose(world: World) -> None:
    write(world, BAD, GOOD, BAD, GOOD)
    assert len(world.run("logs", "--errors").stdout.splitlines()) == 2
    assert len(world.run("logs", "-n", "3").stdout.splitlines()) == 3
    assert len(world.run("logs", "--errors", "-n", "1").stdout.splitlines()) == 1


def test_json_is_the_log_itself(world: World) -> None:
    write(world, GOOD)
    assert json.loads(world.run("logs", "--json").stdout).items() >= GOOD.items()


def test_empty_log_is_told(world: World) -> None:
    done = world.run("logs")
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing in the log yet" in done.stderr


def test_follow_goes_on_after_a_rotation(world: World) -> None:
    write(world, {**GOOD, "model": "one"})
    with world.running("logs", "-f") as process:
        assert process.stdout is not None
        assert "p,one" in process.stdout.readline()
        write(world, {**GOOD, "model": "two"})
        assert "p,two" in process.stdout.readline()
        (world.home.logs / "ccr.log").rename(world.home.logs / "ccr.1.log")
        write(world, {**GOOD, "model": "three"})
        assert "p,three" in process.stdout.readline()
