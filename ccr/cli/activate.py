"""`ccr activate`: the environment that sends any Claude Code, editor or SDK to the router."""

import os
import sys
from typing import Annotated

from cyclopts import Parameter
from msgspec.structs import replace

from ccr.cli.option import ConfigOption, PortOption
from ccr.cli.place import site_to_start
from ccr.cli.report import tell
from ccr.errors import CommandError
from ccr.run import environment
from ccr.run.health import url
from ccr.run.service import Running, look
from ccr.run.shell import SPELLINGS, Shell, guess, script


def activate(
    *,
    shell: Annotated[Shell | None, Parameter(help="For which shell, if not the one that calls.")] = None,
    config: ConfigOption = None,
    port: PortOption = None,
) -> int:
    """Print the environment that sends Claude Code to the service.

    Works for everything that is started from the same shell: `claude` itself, editors, the Agent SDK. The service must
    run for it: `ccr start`.

    Examples:

        eval "$(ccr activate)"             bash, zsh
        ccr activate | source              fish
        ccr activate --shell powershell | Out-String | Invoke-Expression
        ccr activate --shell cmd > ccr-env.cmd && call ccr-env.cmd
    """
    env = dict(os.environ)
    site = site_to_start(config, port)
    found = look(site)
    is_running = isinstance(found, Running)
    host, number = (found.host, found.port) if isinstance(found, Running) else (site.host, site.port)
    if not number:
        raise CommandError("the service takes any free port, so it must run first: `ccr start`")
    chosen = shell or guess(env)
    # What silences Claude Code in containers would change the user's own shell.
    usable = replace(site.source.read().require(site.source.path), non_interactive_mode=False)
    given = environment.variables(env, usable, base_url=url(host, number))
    defaults = {name: value for name, value in environment.DEFAULTS.items() if name not in env}
    print(script(chosen, variables={**given, **defaults}, removed=environment.REMOVED), end="")
    if not is_running:
        tell("the service is not running; `ccr start` starts it")
    if sys.stdout.isatty():
        tell(f"nothing is changed yet; to apply this to your shell: {SPELLINGS[chosen].usage}")
    return 0
