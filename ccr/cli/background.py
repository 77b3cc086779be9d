"""`ccr start` without anything that the command line's parser would have to explain: what it does, quickly."""

from ccr.cli.own import Own
from ccr.cli.place import own_site
from ccr.cli.report import describe, tell
from ccr.run import service


def main(own: Own, serve: service.Serve | None = None) -> int:
    """Start the service in the background, wait until it answers, and say where it is.

    `serve` is what a copy of this process may do in place of a new one.
    """
    running, is_new = service.start(own_site(own), tell=tell, serve=serve)
    print(f"ccr {'started' if is_new else 'is already running'}: {describe(running)}")
    return 0
