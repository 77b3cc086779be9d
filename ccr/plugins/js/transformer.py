"""A transformer of the user's own in JavaScript, with the interface of the original."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import trio

from ccr.core.jsonio import load
from ccr.core.unified import Json
from ccr.plugins.edited import settled
from ccr.plugins.failure import PluginError, javascript_failure
from ccr.plugins.js.bridge import Bridge
from ccr.plugins.js.channel import Channel, Thrown
from ccr.plugins.js.frame import Kind
from ccr.plugins.js.view import restored, shown
from ccr.transform.base import Context, Head, Passage, Transformer

NUMBER = "javascript request"
"""The note under which the number of a request is kept."""
FOREIGN_FIELDS = frozenset({"system", "anthropic_version"})
FOREIGN_PARTS = frozenset({"tool_use", "tool_result", "thinking"})
"""What Anthropic's format has and a unified request has elsewhere."""
EDIT_SECONDS = 60.0
"""`transformRequestIn` may log in somewhere first."""


class Traits(msgspec.Struct, frozen=True):
    """What the runner found in a transformer's file."""

    name: str = ""
    edits: bool = False
    responds: bool = False
    wants_client: bool = False


class JavaScriptTransformer(Transformer):
    """Stands for one entry of a chain. The instance itself lives in the child."""

    name = "javascript"
    # The original's transformers know one format of requests and replies unless another entry changes it.
    default_dialect = "openai_chat"

    def __init__(self, path: Path, options: Mapping[str, Any], *, traits: Traits, bridge: Bridge) -> None:
        super().__init__(options)
        self._path = path
        self._traits = traits
        self._bridge = bridge
        self._item = {"path": str(path), "options": dict(options)}

    async def edit(self, request: Json, context: Context) -> Json:
        """Let `transformRequestIn` and `auth` change the request, the URL and the headers.

        A result that is no unified request any more is sent as it is.
        """
        if not self._traits.edits:
            return request
        before = shown(request) if context.body is None else context.body
        result = await self._bridge.call(
            "edit",
            self._path,
            limit=EDIT_SECONDS,
            item=self._item,
            request=before,
            provider=context.provider,
            key=context.key,
            client=self._client(context),
        )
        return self._taken(result, request, before, context)

    def passage(self, context: Context) -> Passage | None:
        """Return what leads a reply through `transformResponseOut`, if there is one."""
        if not self._traits.responds:
            return None
        values = {"item": self._item, "client": self._client(context)}
        return _ResponsePassage(self._bridge, self._path, values)

    def _client(self, context: Context) -> Json:
        """Return what the original's `req` tells once the request is routed; its number is the same in all hooks."""
        if not self._traits.wants_client:
            return {}
        body = {**context.client.get("body", {}), "model": context.model}
        number = context.notes.setdefault(NUMBER, self._bridge.number())
        return {**context.client, "body": body, "provider": context.provider, "number": number}

    def _taken(self, result: Any, request: Json, before: Json, context: Context) -> Json:
        body = result["body"]
        if not isinstance(body, dict):
            raise PluginError(f"transformRequestIn gave {type(body).__name__} in the place of a request ({self._path})")
        context.headers.update(result.get("headers") or {})
        context.url = result.get("url") or context.url
        if context.body is not None or not is_unified(body):
            context.body = body
            return request
        return settled(restored(body, before, request), context)


def is_unified(body: Json) -> bool:
    """Tell whether a body is a unified request, and not one in the format of a vendor, which may have messages, too."""
    messages = body.get("messages")
    if not isinstance(messages, list) or FOREIGN_FIELDS & body.keys():
        return False
    tools = body.get("tools")
    if any(isinstance(tool, dict) and "input_schema" in tool for tool in (tools if isinstance(tools, list) else ())):
        return False
    contents = (message.get("content") for message in messages if isinstance(message, dict))
    parts = (part for content in contents if isinstance(content, list) for part in content)
    return not any(isinstance(part, dict) and part.get("type") in FOREIGN_PARTS for part in parts)


class _ResponsePassage:
    """Leads the bytes of one reply through the child."""

    def __init__(self, bridge: Bridge, path: Path, values: Json) -> None:
        self._bridge = bridge
        self._path = path
        self._values = values

    @asynccontextmanager
    async def open(self, head: Head, body: AsyncIterator[bytes]) -> AsyncIterator[tuple[Head, AsyncIterator[bytes]]]:
        """Give the changed head and body. Raises PluginError, also from the body."""
        told = {"status": head.status, "headers": dict(head.headers)}
        failure: Exception | None = None
        async with self._bridge.response({**self._values, "head": told}) as channel, trio.open_nursery() as nursery:
            source = _Source(body)
            nursery.start_soon(source.pump, channel)
            out = _Pieces(channel, self._path, source)
            try:
                yield await out.head(), out
            except Exception as error:
                # Raised again outside, since a nursery wraps what leaves it.
                failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure


class _Source:
    """Moves the upstream's bytes to the child in a task of its own, and keeps what broke them off."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self.error: Exception | None = None

    async def pump(self, channel: Channel) -> None:
        """Move all of them."""
        try:
            async for data in self._body:
                await channel.data(data)
        except Exception as error:
            # Raised again where the reply is read: there it is known what a lost connection means.
            self.error = error
        channel.end()


class _Pieces:
    """The reply's bytes as they come from the child."""

    def __init__(self, channel: Channel, path: Path, source: _Source) -> None:
        self._channel = channel
        self._path = path
        self._source = source

    async def head(self) -> Head:
        """Return what the changed response begins with."""
        told = load((await self._frame())[1])
        return Head(told["status"], told["headers"])

    def __aiter__(self) -> "_Pieces":
        return self

    async def __anext__(self) -> bytes:
        kind, payload = await self._frame()
        if kind is Kind.END:
            if self._source.error is not None:
                raise self._source.error
            raise StopAsyncIteration
        return payload

    async def _frame(self) -> tuple[Kind, bytes]:
        try:
            frame = await self._channel.frame()
        except Thrown as error:
            if self._source.error is not None:
                raise self._source.error from None
            raise PluginError(javascript_failure(error.message, error.stack, self._path)) from None
        return frame.kind, frame.payload
