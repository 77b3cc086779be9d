from tests.world import World


def test_missing_page_is_said_with_what_to_use_instead(world: World) -> None:
    world.configure()
    done = world.run("ui")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no management page" in done.stderr
    assert "ccr rotation" in done.stderr
    # Nothing was started for it.
    assert world.run("status").returncode == 3
