from ccr.version import VERSION
from tests.world import World


def test_restart_says_where_the_new_service_is(world: World) -> None:
    world.configure(Unknown=1)
    done = world.run("restart")
    assert done.stdout == f"ccr restarted: {world.status()['url']} (pid {world.status()['pid']}, version {VERSION})\n"
    assert "Unknown" in done.stderr


def test_configuration_that_cannot_be_used_restarts_nothing(world: World) -> None:
    world.configure()
    world.home.config.write_text("{")
    done = world.run("restart")
    assert (done.returncode, done.stdout, world.status()["running"]) == (1, "", False)
