import pytest

from tests.world import ASK, World, provider


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


@pytest.mark.parametrize("serves", [False, True], ids=["alone", "beside a service"])
def test_job_gets_a_summary_of_its_session(world: World, serves: bool) -> None:
    world.install_claude(ASK)
    path = world.root / "summary.md"
    with provider() as upstream:
        upstream.finish.set()
        world.configure(upstream.url, provider={"model_settings": {"m": {"prices": {"input": 1, "output": 5_000}}}})
        if serves:
            world.run("start")
        for _ in range(2):
            done = world.run("code", env={"GITHUB_STEP_SUMMARY": str(path)})
            assert (done.returncode, done.stderr) == (0, "")
    assert path.read_text().count("| `p,m` | 1 | 0 | 1 | 0% | 2 | $0.01 |\n") == 2
