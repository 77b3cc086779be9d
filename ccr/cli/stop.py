"""`ccr stop`: end the service."""

from ccr.cli.option import ConfigOption, PortOption
from ccr.cli.place import site_to_look_at
from ccr.cli.report import tell
from ccr.run import service


def stop(*, config: ConfigOption = None, port: PortOption = None) -> int:
    """Stop the service and wait until it has ended.

    What it is answering may finish first. A `ccr code` that serves for itself is not touched.

    Examples:

        ccr stop
        ccr stop --port 4000
    """
    ended = service.stop(site_to_look_at(config, port), tell=tell)
    print("ccr was not running" if ended is None else "ccr stopped")
    return 0
