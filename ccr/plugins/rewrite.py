"""`usePlugins`: what changes a request before it is routed. Two are built in, the others are the user's files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Protocol

from ccr.anthropic.request import Inbound
from ccr.core.unified import Json
from ccr.plugins.ask import Ask, Log, PluginLog, copied
from ccr.plugins.failure import PluginError
from ccr.plugins.js.bridge import Bridge
from ccr.plugins.pyfile import load
from ccr.plugins.router import client
from ccr.plugins.worker import Worker

HANDLE_SECONDS = 10.0

NOTEBOOK_TOOLS = frozenset({"NotebookRead", "NotebookEdit", "mcp__ide__executeCode"})

IMPROVEMENT = """## **Important Instruction:**
You must use tools as frequently and accurately as possible to help the user solve their problem.
Prioritize tool usage whenever it can enhance accuracy, efficiency, or the quality of the response."""
"""The prompt that the README of version 1.0.8 prints for this plugin."""


class Rewriter(Protocol):
    """Changes a request before it is routed."""

    name: str

    async def rewrite(self, body: Json, inbound: Inbound) -> Json:
        """Return the changed Messages body; `body` itself stays as it is. Raises PluginError."""
        ...


class BuiltIn:
    """A rewriter that comes with ccr."""

    def __init__(self, name: str, change: Callable[[Json], Json]) -> None:
        self.name = name
        self._change = change

    async def rewrite(self, body: Json, inbound: Inbound) -> Json:
        """See `Rewriter`."""
        return self._change(body)


class PythonRewriter:
    """A `.py` file with `handle(req, res)`, sync or async, that changes `req.body`."""

    def __init__(self, name: str, path: Path, *, config: Json, log: Log) -> None:
        self.name = name
        self._worker = Worker(path)
        self._function: Any = getattr(load(path), "handle", None)
        if not callable(self._function):
            raise PluginError(f"it must define `def handle(req, res)`, sync or async ({path})")
        self._config = config
        self._log = PluginLog(log, path.name)

    async def rewrite(self, body: Json, inbound: Inbound) -> Json:
        """See `Rewriter`."""
        ask = Ask(
            copied(body),
            headers=inbound.headers,
            session=inbound.session,
            tokens=0,
            log=self._log,
            config=copied(self._config),
        )
        await self._worker.run(self._function, ask, _NoAnswer(), limit=HANDLE_SECONDS)
        return checked(ask.body, self._worker.path)


class JavaScriptRewriter:
    """A `.js` file that exports `handle(req, res)`."""

    def __init__(self, name: str, path: Path, *, bridge: Bridge) -> None:
        self.name = name
        self._path = path
        self._bridge = bridge

    async def rewrite(self, body: Json, inbound: Inbound) -> Json:
        """See `Rewriter`."""
        req = {**client(inbound), "body": body}
        item = {"path": str(self._path)}
        found = await self._bridge.call("handle", self._path, limit=HANDLE_SECONDS, item=item, req=req)
        return checked(found, self._path)


class _NoAnswer:
    """`res`: the original let plugins answer the client themselves; here they can only change the request."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("a plugin can change the request, but not answer it")


def checked(body: Any, path: Path) -> Json:
    """Return the body that a plugin leaves. Raises PluginError if it is no request any more."""
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise PluginError(f"left no request behind: req.body must be an object with messages ({path})")
    return copied_safely(body, path)


def copied_safely(body: Json, path: Path) -> Json:
    """Return a copy that is nothing but JSON. Raises PluginError if it is not."""
    try:
        found: Json = copied(body)
    except (TypeError, ValueError, RecursionError) as error:
        raise PluginError(f"left something in req.body that is not JSON: {error} ({path})") from None
    return found


def without_notebooks(body: Json) -> Json:
    """Leave out the tools for Jupyter notebooks."""
    tools = body.get("tools")
    if not isinstance(tools, list):
        return body
    return {**body, "tools": [t for t in tools if not (isinstance(t, dict) and t.get("name") in NOTEBOOK_TOOLS)]}


def with_improvement(body: Json) -> Json:
    """Tell the model to use its tools, if it has any."""
    if not body.get("tools"):
        return body
    system = body.get("system") or []
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    return {**body, "system": [*blocks, {"type": "text", "text": IMPROVEMENT}]}


BUILTIN = {
    "notebook-tools-filter": BuiltIn("notebook-tools-filter", without_notebooks),
    "toolcall-improvement": BuiltIn("toolcall-improvement", with_improvement),
}
