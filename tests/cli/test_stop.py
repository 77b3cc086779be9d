from tests.world import World


def test_stop_says_what_it_did(world: World) -> None:
    world.configure()
    assert world.run("stop").stdout == "ccr was not running\n"
    world.run("start")
    assert world.run("stop").stdout == "ccr stopped\n"
