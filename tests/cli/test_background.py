import sys

from tests import process
from tests.world import World


def test_start_says_where_the_service_is(world: World) -> None:
    world.configure()
    first, second = world.run("start"), world.run("start", "--port", str(world.port))
    assert first.stdout.startswith(f"ccr started: http://127.0.0.1:{world.port} (pid ")
    assert second.stdout == first.stdout.replace("started", "is already running", 1)


def test_start_does_without_the_parser(world: World) -> None:
    world.home.root.mkdir(parents=True, exist_ok=True)
    world.home.config.write_text("{")
    # Ends before the service is started, with all that this process needs for that already imported.
    done = process.run([sys.executable, "-X", "importtime", "-m", "ccr", "start"], env=world.env)
    assert done.returncode == 1
    assert "ccr.run.service" in done.stderr
    assert "cyclopts" not in done.stderr


def test_what_start_does_not_know_is_explained(world: World) -> None:
    world.configure()
    for option in (["--prot", "1"], ["--route", "think=a,b"], ["--profile", "x"], ["word"]):
        done = world.run("start", *option)
        assert (done.returncode, option[0] in done.stderr) == (1, True)
    assert not world.status()["running"]
