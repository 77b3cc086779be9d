"""The commands that cyclopts runs. Each is a function in a module of its own, imported when it is wanted."""

from collections.abc import Sequence

from cyclopts import App, CycloptsError

from ccr.cli.own import DEBUG, take
from ccr.config.problem import suggest
from ccr.errors import CommandError

COMMANDS = {
    "start": "Start the service in the background and wait until it answers.",
    "stop": "Stop the service and wait until it has ended.",
    "restart": "Start the service anew; the old one finishes what it is answering.",
    "status": "Say whether the service runs.",
    "code": "Run Claude Code through the router; every argument is Claude Code's own.",
    "demo": "Show the whole way of a request, without a key or a network.",
}
"""The commands and what the overview says of them. The command `x` is the function `x` of `ccr.cli.x`."""

OVERVIEW = "Run Claude Code on any provider's models."
EXAMPLES = """\
Examples:

    ccr demo                          see it work
    ccr code                          Claude Code, on the models of your configuration
    ccr code -p "explain this folder"
    ccr start && ccr status           a service for every terminal

Before Claude Code's arguments `code` takes --config FILE, --port N and --route think=provider,model.
`ccr --debug COMMAND` shows where an error comes from. `ccr --version` prints the version.
"""
"""What stands below the list of commands."""

HELP = ("-h", "--help", "help")


def run_app(words: Sequence[str]) -> int:
    """Run the command that `words` say; return its exit code. Raises CommandError for words that make no sense."""
    rest = take(words)[1]
    # Options that stand before the command are the command's.
    before = [word for word in words[: len(words) - len(rest)] if word != DEBUG]
    name, *after = rest or [""]
    if name in (*HELP, ""):
        make("").help_print([])
        return 0 if name else 1
    if name not in COMMANDS:
        raise CommandError(f"there is no command {name!r}; {suggest(name, COMMANDS)}")
    words = [name, *before, *(word for word in after if word != DEBUG)]
    try:
        code = make(name)(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise CommandError(f"{error}; see `ccr {name} --help`") from error
    return code if isinstance(code, int) else 0


def make(name: str) -> App:
    """Return the application; the command `name` tells of itself at length, the others in a line."""
    app = App(
        name="ccr",
        help=OVERVIEW,
        help_epilogue=EXAMPLES,
        help_format="plaintext",
        version_flags=[],
        result_action="return_value",
    )
    for command, line in COMMANDS.items():
        app.command(f"ccr.cli.{command}:{command}", name=command, help=None if command == name else line)
    return app
