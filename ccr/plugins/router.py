"""The user's own router: `CUSTOM_ROUTER_PATH`, in Python or in JavaScript."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from ccr.anthropic.request import Inbound, check_messages
from ccr.core.unified import Json
from ccr.errors import BadRequest
from ccr.plugins.ask import Ask, Log, PluginLog, copied
from ccr.plugins.failure import PluginError
from ccr.plugins.js.bridge import Bridge
from ccr.plugins.pyfile import load
from ccr.plugins.worker import Worker
from ccr.route.place import find_folder

NAMES = ("router", "route", "main")


class Choice(NamedTuple):
    """What a router says: `provider,model` or an alias, or None to leave it to the rules."""

    route: str | None = None
    body: Json | None = None
    """The Messages body if the router has changed it."""


class Router(Protocol):
    """Chooses a route."""

    async def route(self, inbound: Inbound, *, tokens: int) -> Choice:
        """Return the choice. Raises PluginError."""
        ...


class PythonRouter:
    """A `.py` file with `router(req, config)`, sync or async; it has `limit` seconds.

    A function with a third parameter gets `{"token_count", "session_id", "agent", "folder"}` there.
    """

    def __init__(self, path: Path, *, config: Json, log: Log, limit: float) -> None:
        self._function = _function(path)
        self._takes_context = _takes_three(self._function)
        self._worker = Worker(path)
        self._config = config
        self._log = PluginLog(log, path.name)
        self._limit = limit

    async def route(self, inbound: Inbound, *, tokens: int) -> Choice:
        """See `Router`. The body that it gets is a copy, whose changes count for nothing."""
        result = await self._worker.run(self._ask, inbound, tokens, limit=self._limit)
        return Choice(checked(result, self._worker.path))

    def _ask(self, inbound: Inbound, tokens: int) -> Any:
        config = copied(self._config)
        ask = Ask(
            copied(inbound.body),
            headers=inbound.headers,
            session=inbound.session,
            tokens=tokens,
            log=self._log,
            config=config,
        )
        if not self._takes_context:
            return self._function(ask, config)
        known = {"token_count": tokens, "session_id": inbound.session, "agent": inbound.agent}
        return self._function(ask, config, {**known, "folder": find_folder(inbound.body)})


class JavaScriptRouter:
    """A `.js`, `.cjs` or `.mjs` file that exports `(req, config, {event})`; it may change `req.body`."""

    def __init__(self, path: Path, *, bridge: Bridge, limit: float) -> None:
        self._path = path
        self._bridge = bridge
        self._limit = limit

    async def route(self, inbound: Inbound, *, tokens: int) -> Choice:
        """See `Router`."""
        req = {**client(inbound), "tokenCount": tokens}
        item = {"path": str(self._path)}
        told = await self._bridge.call("route", self._path, limit=self._limit, item=item, req=req)
        return Choice(checked(told["route"], self._path), _changed(told["body"], self._path))


def client(inbound: Inbound) -> Json:
    """Return what JavaScript sees of a client's request."""
    return {"body": inbound.body, "headers": dict(inbound.headers), "sessionId": inbound.session or None}


def checked(result: Any, path: Path) -> str | None:
    """Return the route that a router gave. Raises PluginError if it is nothing that could be one."""
    if result is None or result is False or result == "":
        return None
    if not isinstance(result, str):
        raise PluginError(f"returned {_shown(result)} where 'provider,model' or nothing is expected ({path})")
    return result.strip() or None


def _changed(body: Any, path: Path) -> Json | None:
    """Return the body that a router leaves, None if it is as it was. Raises PluginError if it is no request."""
    if body is None:
        return None
    try:
        check_messages(body if isinstance(body, dict) else {})
    except BadRequest as error:
        raise PluginError(f"left no request behind in req.body: {error.message} ({path})") from None
    found: Json = body
    return found


def _shown(value: Any) -> str:
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def _function(path: Path) -> Callable[..., Any]:
    module = load(path)
    for name in NAMES:
        found = getattr(module, name, None)
        if callable(found):
            function: Callable[..., Any] = found
            return function
    raise PluginError(f"it must define `def router(req, config)`, sync or async ({path})")


def _takes_three(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(1, 2, 3)
    except (TypeError, ValueError):
        return False
    return True
