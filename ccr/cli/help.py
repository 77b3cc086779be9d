"""`ccr help`: the guide that is shipped inside, and the help of commands."""

import sys
from importlib.resources import files
from typing import Annotated

from cyclopts import Parameter

from ccr.cli.app import ALIASES, COMMANDS, make
from ccr.cli.paint import paint
from ccr.config.problem import suggest
from ccr.errors import CommandError

TOPICS = {
    "configuration": "the file, every key of it, and the status line",
    "routing": "which model gets a request, and why",
    "transformers": "what changes requests and replies",
    "plugins": "routers and transformers of your own",
    "presets": "configurations to install and share",
    "github-actions": "CI, containers, scripts",
    "troubleshooting": "what to do when something fails",
}
"""The parts of the guide and what they are about."""

CODE = """\
Usage: ccr code [--config FILE] [--port N] [--profile NAME] [--route ROUTE=PROVIDER,MODEL] [Claude Code's arguments]

Runs Claude Code through the router: the running service, or one of its own. Every argument after ours is Claude Code's;
`ccr code --help` is Claude Code's help.

Examples:

    ccr code
    ccr code -p "explain this folder"
    ccr code --route think=deepseek,deepseek-reasoner --continue"""
"""The help of the one command whose words are not ours."""


def help(  # noqa: A001 - the command's name
    topic: Annotated[str | None, Parameter(help="A part of the guide, or a command.")] = None,
) -> int:
    """Read the guide: configuration, routing, transformers, plugins and more.

    Without a topic it lists the commands and the parts of the guide.

    Examples:

        ccr help
        ccr help routing
        ccr help transformers | less
        ccr help config                  the same as ccr config --help
    """
    if topic is None:
        make("").help_print([])
        print("\nThe guide, `ccr help TOPIC`:\n")
        print("\n".join(f"    {name:<18}{about}" for name, about in TOPICS.items()))
        return 0
    name = topic.lower()
    if name in TOPICS:
        sys.stdout.write(painted(guide(name)))
        return 0
    command = ALIASES.get(name, name)
    if command not in COMMANDS:
        raise CommandError(f"there is no topic {topic!r}; {suggest(name, [*TOPICS, *COMMANDS])}")
    if command == "code":
        print(CODE)
        return 0
    make(command).help_print([command])
    return 0


def guide(name: str) -> str:
    """Return a part of the guide as Markdown."""
    text = (files("ccr") / "data" / "guide" / f"{name}.md").read_text(encoding="utf-8")
    # The marks of the generated parts are nothing to read.
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("<!--"))


def painted(text: str) -> str:
    """Return Markdown with its headings in bold, where there are colours."""
    return "".join(
        f"{paint(line.strip(), 'bold')}\n" if line.startswith("#") else line for line in text.splitlines(keepends=True)
    )
