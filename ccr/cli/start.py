"""`ccr start`: start the service."""

from typing import Annotated

from cyclopts import Parameter

from ccr.cli.option import ConfigOption, PortOption
from ccr.cli.place import given


def start(
    *,
    foreground: Annotated[bool, Parameter(negative="", help="Stay in the foreground and log to the terminal.")] = False,
    config: ConfigOption = None,
    port: PortOption = None,
) -> int:
    """Start the service in the background and wait until it answers.

    Examples:

        ccr start
        ccr start --port 4000
        ccr start --foreground
    """
    if foreground:
        # Imports the server.
        from ccr.cli import foreground as in_foreground

        return in_foreground.main(given(config, port))
    from ccr.cli import background

    return background.main(given(config, port))
