"""The commands that cyclopts runs. Each is a function in a module of its own, imported when it is wanted."""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import getdoc

from cyclopts import App, CycloptsError

from ccr.cli.own import DEBUG, take
from ccr.config.problem import nearest
from ccr.errors import CommandError

COMMANDS = {
    "start": "Start the service in the background and wait until it answers.",
    "stop": "Stop the service and wait until it has ended.",
    "restart": "Start the service anew; the old one finishes what it is answering.",
    "status": "Say whether the service runs.",
    "code": "Run Claude Code through the router; every argument is Claude Code's own.",
    "setup": "Choose providers and models, enter keys, and write the configuration.",
    "add": "Find out what a provider's address can do, and add it to the configuration.",
    "test": "Ask every model, with every key, for one token.",
    "rotation": "Show the state of every key in the running service.",
    "preset": "Install, list, export and delete presets; `ccr NAME` runs Claude Code with one.",
    "install": "Install a preset from a folder, an archive, an address or GitHub.",
    "ui": "Open the page that looks after the service.",
    "activate": "Print the environment that sends Claude Code to the service.",
    "statusline": "Print Claude Code's status line for the JSON on stdin.",
    "model": "Choose the models of the routes.",
    "config": "Find, check, show or edit the configuration.",
    "logs": "Show the log, one line for each request.",
    "doctor": "Check the set-up and say what to mend.",
    "completions": "Print or install the completion script of a shell.",
    "help": "Read the guide: configuration, routing, transformers, plugins and more.",
    "explain": "Say where a request goes and why, what it is made of, and what its upstream would get.",
    "demo": "Show one request on its way through the router to a made-up provider on this machine.",
}
"""The commands and what the overview says of them. The command `x` is the function `x` of `ccr.cli.x`."""

ALIASES = {"env": "activate"}
"""Other names of commands."""

OVERVIEW = "Run Claude Code on any provider's models."
EXAMPLES = """\
Examples:

    ccr demo                         see it work
    ccr code                         Claude Code, on the configured models
    ccr code -p "explain this"
    ccr start && ccr status          one service for every terminal

`ccr code` gives every argument to Claude Code. Only before the first of them
it takes options of its own: --config FILE, --port N, --profile NAME,
--route ROUTE=PROVIDER,MODEL.

`ccr --debug COMMAND` shows where an error comes from.
`ccr --version` prints the version.
"""
"""What stands below the list of commands."""

HELP = ("-h", "--help")


def run_app(words: Sequence[str]) -> int:
    """Run the command that `words` say; return its exit code. Raises CommandError for words that make no sense."""
    own, rest = take(words)
    # Options that stand before the command are the command's.
    before = [word for word in words[: len(words) - len(rest)] if word != DEBUG]
    name, *after = rest or [""]
    name = ALIASES.get(name, name)
    if name in (*HELP, ""):
        make("").help_print([])
        return 0 if name else 1
    if name not in COMMANDS:
        from ccr.cli import with_preset

        if with_preset.is_preset(name):
            own, arguments = take(after, own)
            return with_preset.main(own, name, arguments)
        alike = nearest(name, [*COMMANDS, *ALIASES])
        hint = f"did you mean {alike!r}?" if alike else "`ccr help` shows what there is"
        raise CommandError(f"there is no command {name!r}; {hint}")
    words = [name, *before, *(word for word in after if word != DEBUG)]
    try:
        code = make(name)(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise CommandError(f"{_plain(error)}; see `ccr {name} --help`") from error
    # A group of commands without one of them has only shown its help.
    return code if isinstance(code, int) else int(words == [name])


def _plain(error: CycloptsError) -> str:
    """Return what is wrong with the words of a command, in those that the user knows."""
    return re.sub(r'^Command "(.*)" parameter (\S+) requires an argument', r"`ccr \1` needs \2", str(error)).rstrip(".")


def make(name: str) -> App:
    """Return the application; the command `name` tells of itself at length, the others in a line."""
    app = App(
        name="ccr",
        help=OVERVIEW,
        help_epilogue=EXAMPLES,
        help_format="plaintext",
        version_flags=[],
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for command, line in COMMANDS.items():
        if command == name:
            function = getattr(import_module(f"ccr.cli.{name}"), name)
            if isinstance(function, App):
                app.command(function, name=name)
            else:
                app.command(function, name=name, help=description(function), help_epilogue=examples(function))
        else:
            app.command(f"ccr.cli.{command}:{command}", name=command, help=line)
    return app


def description(function: Callable[..., int]) -> str:
    """Return the text of a command's docstring without the line breaks of the source, which cyclopts would keep."""
    text = re.split(r"^(?:Examples:|Args:|Parameters)$", getdoc(function) or "", maxsplit=1, flags=re.MULTILINE)[0]
    paragraphs = text.strip().split("\n\n")
    # Lists and indented lines stay as they are.
    return "\n\n".join(
        part if re.search(r"^[ *-]", part, re.MULTILINE) else " ".join(part.split()) for part in paragraphs
    )


def examples(function: Callable[..., int]) -> str:
    """Return the examples of a command's docstring, which cyclopts leaves out."""
    _, title, rest = (getdoc(function) or "").partition("Examples:\n")
    return title + rest.partition("Parameters\n")[0]
