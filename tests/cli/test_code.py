from tests.world import World


def test_code_prints_nothing_of_its_own_for_scripts(world: World) -> None:
    world.configure(Unknown=1)
    world.install_claude("print('only this')")
    done = world.run("code", "-p", "hi")
    assert (done.returncode, done.stdout, done.stderr) == (0, "only this\n", "")


def test_wrong_option_of_ours_is_told_before_anything_starts(world: World) -> None:
    world.configure()
    world.install_claude()
    for words in (["--port", "x", "code"], ["code", "--port", "x"], ["code", "--route", "think"]):
        done = world.run(*words)
        assert (done.returncode, words[-2] in done.stderr or words[0] in done.stderr) == (1, True)
    assert not (world.root / "dump.json").exists()


def test_broken_configuration_is_told_before_anything_starts(world: World) -> None:
    world.configure()
    world.install_claude()
    world.home.config.write_text('{"Providers": 5}')
    done = world.run("code")
    assert (done.returncode, "Providers" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert not (world.root / "dump.json").exists()
