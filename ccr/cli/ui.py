"""`ccr ui`: the page that looks after the service, in a browser."""

from contextlib import suppress
from importlib.resources import files

from ccr.cli.option import ConfigOption, PortOption
from ccr.cli.place import site_to_start
from ccr.cli.report import tell
from ccr.errors import CommandError
from ccr.run import service
from ccr.run.health import url

PATH = "/ui/"
INSTEAD = """\
this version has no management page; use instead:

    ccr setup, ccr add URL     choose providers
    ccr status, ccr rotation   what runs, and the state of the keys
    ccr test                   does every key and model answer
    ccr config                 the configuration"""


def ui(*, config: ConfigOption = None, port: PortOption = None) -> int:
    """Open the page that looks after the service.

    Starts the service if it does not run. Prints the address too, for machines without a browser.

    Examples:

        ccr ui
        ccr ui --port 4000
    """
    if not files("ccr").joinpath("web", "index.html").is_file():
        raise CommandError(INSTEAD)
    running, _ = service.start(site_to_start(config, port), tell=tell)
    address = url(running.host, running.port) + PATH
    print(address)
    # Slow to import, and of no use on most machines that are reached over ssh.
    import webbrowser

    with suppress(webbrowser.Error):
        webbrowser.open(address)
    return 0
