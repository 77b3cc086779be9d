import json
import sys
from pathlib import Path

import pytest

from tests.world import World


def editor(world: World, program: str) -> dict[str, str]:
    """Return the variables of a user whose editor is a Python program; it gets the file as `sys.argv[1]`."""
    path = world.root / "editor.py"
    path.write_text(program)
    return {"EDITOR": f"{sys.executable} {path}"}


def backups(world: World) -> list[Path]:
    return sorted(world.home.root.glob("config.json.*.bak"))


def test_path_is_printed(world: World) -> None:
    assert world.run("config", "path").stdout == f"{world.home.config}\n"
    assert world.run("config", "path", "--config", "/x/y.json").stdout == "/x/y.json\n"


def test_good_configuration_is_fine(world: World) -> None:
    world.configure()
    done = world.run("config", "check")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{world.home.config} is fine\n", "")


def test_all_problems_are_listed_with_their_places(world: World) -> None:
    world.configure(Router={"default": "p,x", "think": "q,y"}, PROT=1)
    done = world.run("config", "check")
    assert done.returncode == 0
    assert [line.split()[1] for line in done.stdout.splitlines()[:3]] == ["Router.default:", "Router.think:", "PROT:"]
    assert "did you mean 'PORT'" in done.stdout
    assert world.run("config", "check", "--strict").returncode == 1


def test_unusable_configuration_exits_with_1(world: World) -> None:
    world.configure(PORT="many")
    done = world.run("config", "check", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["usable"], found["problems"][0]["path"]) == (1, False, "PORT")


def test_syntax_error_has_line_and_column(world: World) -> None:
    world.configure().write_text('{\n  "PORT": 1\n  "LOG": true\n}')
    done = world.run("config", "check")
    assert done.returncode == 1
    assert "line 3, column 3" in done.stdout


def test_show_hides_every_secret(world: World) -> None:
    world.configure(APIKEY="my-router-secret", PROXY_URL="http://me:hunter22@proxy:1", Other={"token": "$MY_TOKEN"})
    for words in (["show"], ["show", "--json"]):
        done = world.run("config", *words)
        shown = json.loads(done.stdout)
        assert (shown["APIKEY"], shown["Providers"][0]["api_key"]) == ("[hidden]", "[hidden]")
        assert shown["Other"] == {"token": "$MY_TOKEN"}
        assert "hunter22" not in done.stdout
        assert "sk-provider-key" not in done.stdout


def test_show_without_a_file_says_what_to_write(world: World) -> None:
    done = world.run("config", "show")
    assert (done.returncode, done.stdout) == (1, "")
    assert '"Providers"' in done.stderr
    assert "Traceback" not in done.stderr


def test_edit_replaces_the_file_and_keeps_the_old_one(world: World) -> None:
    before = world.configure().read_text()
    change = """if True:
        import pathlib, sys
        path = pathlib.Path(sys.argv[1])
        path.write_text(path.read_text().replace('["m"]', '["m", "n"]'))
    """
    done = world.run("config", "edit", env=editor(world, change))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(world.home.config.read_text())["Providers"][0]["models"] == ["m", "n"]
    assert [path.read_text() for path in backups(world)] == [before]
    assert list(world.home.root.glob(".config.edit-*")) == []


def test_edit_mends_a_broken_file(world: World) -> None:
    world.configure().write_text("{broken")
    done = world.run("config", "edit", env=editor(world, "import sys; open(sys.argv[1], 'w').write('{}')"))
    assert (done.returncode, world.home.config.read_text()) == (0, "{}")
    assert [path.read_text() for path in backups(world)] == ["{broken"]


def test_unusable_edit_changes_nothing_and_loses_nothing(world: World) -> None:
    before = world.configure().read_text()
    done = world.run("config", "edit", env=editor(world, "import sys; open(sys.argv[1], 'w').write('{oops')"))
    assert (done.returncode, world.home.config.read_text(), backups(world)) == (1, before, [])
    [left] = world.home.root.glob(".config.edit-*")
    assert left.read_text() == "{oops"
    assert str(left) in done.stderr


@pytest.mark.parametrize(("program", "code"), [("", 0), ("raise SystemExit(3)", 1)])
def test_edit_that_changes_nothing_leaves_nothing(world: World, program: str, code: int) -> None:
    before = world.configure().read_text()
    done = world.run("config", "edit", env=editor(world, program))
    assert (done.returncode, world.home.config.read_text(), backups(world)) == (code, before, [])
    assert list(world.home.root.glob(".config.edit-*")) == []


def test_edit_of_a_file_that_changed_meanwhile_is_refused(world: World) -> None:
    world.configure()
    program = f"import sys; open({str(world.home.config)!r}, 'w').write('{{}}'); open(sys.argv[1], 'a').write(' ')"
    done = world.run("config", "edit", env=editor(world, program))
    assert (done.returncode, world.home.config.read_text()) == (1, "{}")
    assert "changed meanwhile" in done.stderr


def test_edit_without_a_file_begins_with_an_example(world: World) -> None:
    done = world.run("config", "edit", env=editor(world, ""))
    assert done.returncode == 0
    assert '"Providers"' in world.home.config.read_text()


def test_schema_is_the_shipped_one(world: World) -> None:
    shipped = Path(__file__).parents[2] / "ccr" / "data" / "config.schema.json"
    assert world.run("config", "schema").stdout == shipped.read_text()


@pytest.mark.parametrize(
    "words",
    [["start"], ["restart"], ["test"], ["activate"], ["config", "show"], ["model", "list"], ["preset", "export", "x"]],
    ids=" ".join,
)
def test_file_that_is_half_written_is_named(world: World, words: list[str]) -> None:
    path = world.configure()
    path.write_text('{"PORT": 5, "Providers": [{"name": "p')
    done = world.run(*words)
    assert (done.returncode, done.stderr) == (
        1,
        f"ccr: {path}: line 1, column 36: unclosed string (comments and trailing commas are fine)\n",
    )
    assert path.read_text() == '{"PORT": 5, "Providers": [{"name": "p'
