"""`ccr demo`: see the router work without a key, a network or a configuration."""

import os
import sys
from typing import Annotated

from cyclopts import Parameter


def demo(
    *,
    claude: Annotated[
        bool, Parameter(negative="", help="Let the real Claude Code make the request; it must be on the PATH.")
    ] = False,
) -> int:
    """Show one request on its way through the router to a made-up provider on this machine.

    Examples:

        ccr demo
        ccr demo --claude
    """
    from ccr.run.demo import show

    return show.run(claude=claude, say=_say, env=os.environ)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
