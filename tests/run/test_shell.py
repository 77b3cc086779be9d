import os
import shutil
import subprocess

import pytest

from ccr.errors import CommandError
from ccr.run.shell import Shell, guess, named, script

NASTY = "a'b\"c $HOME `id` \\ \\' $(id) %PATH% !x & | ; # \u2019 é\n2nd line"
PRINT = 'printf "%s" "$V"; test -z "${GONE+x}" && printf " gone"'
EVALUATE = {
    "bash": f'eval "$SCRIPT"; {PRINT}',
    "zsh": f'eval "$SCRIPT"; {PRINT}',
    "sh": f'eval "$SCRIPT"; {PRINT}',
    "fish": 'printf "%s" $SCRIPT | source; printf "%s" $V; set -q GONE; or printf " gone"',
}


@pytest.mark.parametrize("shell", ["bash", "zsh", "sh", "fish"])
@pytest.mark.parametrize("value", [NASTY, "", "plain", "-n", "~/x", "*"])
def test_real_shell_gets_the_value_as_it_is(shell: Shell, value: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not on the PATH")
    text = script(shell, variables={"V": value}, removed=("GONE", "NEVER"))
    env = {**os.environ, "SCRIPT": text, "GONE": "here"}
    command = [shell, "--no-config"] if shell == "fish" else [shell]
    done = subprocess.run([*command, "-c", EVALUATE[shell]], env=env, capture_output=True, timeout=20, check=False)
    assert (done.stdout.decode(), done.stderr.decode()) == (f"{value} gone", "")


def test_powershell_quotes_are_doubled() -> None:
    lines = script("powershell", variables={"V": "a'b\u2019c $x"}, removed=("GONE",)).splitlines()
    assert lines == ["$env:V = 'a''b\u2019\u2019c $x'", "Remove-Item Env:GONE -ErrorAction SilentlyContinue"]


def test_cmd_percents_are_doubled() -> None:
    lines = script("cmd", variables={"V": "a&b %PATH%"}, removed=("GONE",)).splitlines()
    assert lines == ['set "V=a&b %%PATH%%"', 'set "GONE="']


@pytest.mark.parametrize("value", ['a"b', "a\nb"])
def test_cmd_refuses_what_it_has_no_spelling_for(value: str) -> None:
    with pytest.raises(CommandError, match="V"):
        script("cmd", variables={"V": value}, removed=())


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("/bin/bash", "bash"),
        ("-zsh", "zsh"),
        ("fish", "fish"),
        ("C:\\Windows\\System32\\cmd.exe", "cmd"),
        ("pwsh", "powershell"),
        ("dash", "sh"),
        ("python3", None),
        ("", None),
    ],
)
def test_shell_is_known_by_its_program(program: str, expected: Shell | None) -> None:
    assert named(program) == expected


@pytest.mark.parametrize(
    ("parents", "variable", "expected"),
    [
        (["fish"], "/bin/bash", "fish"),
        (["ccr", "env", "fish", "bash"], "/bin/bash", "fish"),
        (["make"], "/bin/zsh", "zsh"),
        ([], "", "sh"),
    ],
)
def test_calling_shell_is_guessed(
    parents: list[str], variable: str, expected: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccr.run.shell._ancestors", lambda: iter(parents))
    assert guess({"SHELL": variable}) == expected
