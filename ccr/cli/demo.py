"""`ccr demo`: see the router work without a key, a network or a configuration."""

import os
import sys


def demo(*, claude: bool = False) -> int:
    """Show one request on its way through the router to a made-up provider on this machine.

    Parameters
    ----------
    claude
        Let the real Claude Code make the request instead; it must be on the PATH.
    """
    from ccr.run.demo import show

    return show.run(claude=claude, say=_say, env=os.environ)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
