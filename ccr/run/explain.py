"""Explains a request without a service, by the configuration as it is now. Nothing is sent."""

import sys
from functools import partial
from typing import Any

import trio

from ccr.anthropic.request import Inbound, check_messages, read_body
from ccr.errors import CommandError, RequestError
from ccr.run.source import Source
from ccr.server.explain import report
from ccr.server.state import State
from ccr.store.logfile import Echo, LogFile


def explained(source: Source, raw: bytes, *, model: str) -> Any:
    """Return the report on a Messages request. Raises CommandError if it is none, or can't be routed."""
    log = LogFile([Echo(sys.stderr)], redact=str, level="warn")
    try:
        body = read_body(raw)
        check_messages(body)
        loaded = source.read()
        loaded.require(source.path)
        state = State(loaded, env=source.env, instance="explain", role="session", log=log)
        return trio.run(partial(report, state, Inbound(body=body, raw=raw, headers={}), model=model))
    except RequestError as error:
        raise CommandError(error.message) from error
