from ccr.cli.with_preset import is_preset
from tests.world import World


def test_unknown_word_is_no_preset(world: World) -> None:
    done = world.run("nonsense")
    assert (done.returncode, "there is no command 'nonsense'" in done.stderr) == (1, True)


def test_arguments_are_claudes_own(world: World) -> None:
    world.configure()
    world.install_claude()
    folder = world.home.presets / "mine"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"Router": {"default": "p,m"}}')
    done = world.run("mine", "--help", "--port", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert world.dumped()["argv"][-3:] == ["--help", "--port", "1"]
    assert not is_preset("no such preset")
