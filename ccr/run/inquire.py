"""Asks the running service for what only it knows."""

import http.client
import json
from typing import Any

from ccr.errors import CommandError
from ccr.run.health import reachable
from ccr.run.service import Running
from ccr.version import VERSION

SECONDS = 5.0


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
    if status != 200:
        raise CommandError(_refusal(running.health.version, path, body))
    try:
        return json.loads(body)
    except ValueError as error:
        raise CommandError(f"the service sent no JSON for {path}; `ccr restart` mends that") from error


def _refusal(version: str, path: str, body: bytes) -> str:
    """Return why a service refuses: what it says itself, unless it is of another version than we are."""
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, TypeError, KeyError):
        message = ""
    if version == VERSION and message:
        return f"the service says: {message}"
    return f"the service (version {version}) has no {path}; `ccr restart` mends that"
