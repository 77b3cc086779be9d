"""`ccr start --foreground`: be the service, for containers, supervisors, and `ccr start` itself."""

import os
import sys
from contextlib import suppress

from ccr.cli.own import Own
from ccr.cli.report import warn
from ccr.run.host import serve_service
from ccr.run.service import INSTANCE, WORKER
from ccr.store.paths import home


def main(own: Own) -> int:
    """Serve until a signal comes."""
    os.umask(0o077)
    # Taken out, so that no program that we start takes itself for the service.
    instance = os.environ.pop(INSTANCE, "")
    descriptors = os.environ.pop(WORKER, "")
    env = dict(os.environ)
    place = home(env)
    source = own.source(place, env)
    if descriptors:
        # Only workers need it.
        from ccr.run.worker import serve_worker

        return serve_worker(source, descriptors, instance=instance)
    warn(source.path, source.read().problems)
    return serve_service(
        source,
        place,
        instance=instance or os.urandom(8).hex(),
        # In the background nobody reads it, and no one limits how much it grows.
        echo=None if instance else sys.stdout,
        ready=_announce,
    )


def _announce(url: str) -> None:
    # Nothing to end for: a full disk below the file that takes our output, or nobody who reads it.
    with suppress(OSError):
        print(f"ccr listens on {url}", flush=True)
