"""Asks the running service for what only it knows."""

import http.client
import json
from typing import Any

from ccr.errors import CommandError
from ccr.run.health import reachable
from ccr.run.service import Running

SECONDS = 5.0
UNKNOWN = "there is nothing here"
"""What a service says of a path that it doesn't know, as opposed to a thing that it doesn't have."""


def inquire(running: Running, path: str, *, apikey: str | None) -> Any:
    """Return the JSON at a path of a service, which is sent the configured `APIKEY`.

    Raises CommandError if the service knows another key, or doesn't know the path or answer at all.
    """
    connection = http.client.HTTPConnection(reachable(running.host), running.port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"x-api-key": apikey} if apikey else {})
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(f"the service doesn't answer ({error}); `ccr restart` mends that") from error
    finally:
        connection.close()
    if status == 401:
        raise CommandError("the service wants another APIKEY than the configuration's; `ccr restart` mends that")
    if status == 404 and (words := _message(body)) and UNKNOWN not in words:
        raise CommandError(words)
    if status != 200:
        raise CommandError(f"the service (version {running.health.version}) has no {path}; `ccr restart` mends that")
    try:
        return json.loads(body)
    except ValueError as error:
        raise CommandError(f"the service sent no JSON for {path}; `ccr restart` mends that") from error


def _message(body: bytes) -> str:
    """Return the words of an error that the service answers with; empty if there are none."""
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
