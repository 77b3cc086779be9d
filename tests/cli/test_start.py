import socket

from tests.world import World


def test_options_may_stand_before_the_command(world: World) -> None:
    config = world.configure().rename(world.root / "other.json")
    done = world.run("--config", str(config), "--debug", "start")
    assert done.returncode == 0
    assert world.run("stop", "--config", str(config)).stdout == "ccr stopped\n"


def test_problems_of_the_configuration_are_told(world: World) -> None:
    world.configure(Unknown=1)
    done = world.run("start")
    assert done.returncode == 0
    assert str(world.home.config) in done.stderr
    assert "Unknown" in done.stderr


def test_missing_configuration_is_told_and_no_hindrance(world: World) -> None:
    done = world.run("start", "--port", str(world.port))
    assert done.returncode == 0
    assert "does not exist yet (`ccr setup` makes it)" in done.stderr


def test_host_for_everybody_needs_a_key(world: World) -> None:
    world.configure(HOST="0.0.0.0")
    assert "APIKEY" in world.run("start").stderr
    assert not _answers("127.0.0.2", world.port)
    world.configure(HOST="0.0.0.0", APIKEY="a-key-of-the-router")
    assert world.run("restart").returncode == 0
    assert _answers("127.0.0.2", world.port)
    assert world.status()["url"] == f"http://127.0.0.1:{world.port}"


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def test_own_code_that_is_broken_is_told(world: World) -> None:
    world.configure(CUSTOM_ROUTER_PATH="router.py")
    (world.home.root / "router.py").write_text("def router(")
    done = world.run("start")
    assert done.returncode == 0
    assert "CUSTOM_ROUTER_PATH: router.py: SyntaxError" in done.stderr
    assert "CUSTOM_ROUTER_PATH: router.py: SyntaxError" in world.run("config", "check").stdout
