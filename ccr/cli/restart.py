"""`ccr restart`: replace the service by a new one."""

from ccr.cli.option import ConfigOption, PortOption
from ccr.cli.place import site_to_start
from ccr.cli.report import describe, tell
from ccr.run import service


def restart(*, config: ConfigOption = None, port: PortOption = None) -> int:
    """Start the service anew; the old one finishes what it is answering.

    Starts it if it does not run. Only a change of HOST or PORT, or a new version of ccr, needs this: other changes of
    the configuration are noticed within a second.

    Examples:

        ccr restart
    """
    print(f"ccr restarted: {describe(service.restart(site_to_start(config, port), tell=tell))}")
    return 0
