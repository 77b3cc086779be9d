"""Tries one provider with one request, on the very way that a client's request takes, without a server round it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import trio
from msgspec.structs import replace

from ccr.config.parse import Loaded
from ccr.config.schema import Config, Key, Provider, Router
from ccr.core.event import Fault
from ccr.core.jsonio import dump, load
from ccr.core.sse import Splitter
from ccr.core.trail import Trail
from ccr.dialect.fault import kind_of
from ccr.keys.failure import classify
from ccr.net.client import Clients
from ccr.server.app import App
from ccr.server.state import State

Json = dict[str, Any]

SECONDS = 30.0
TOO_SHORT = "max_tokens or model output limit was reached"
"""OpenAI's words when a model that reasons gets no further than its thoughts: the key and the model are fine."""


class Answer(msgspec.Struct, frozen=True):
    """What came of one request. Times are in milliseconds."""

    status: int
    """The upstream's own HTTP status; 0 if it sent none."""
    ms: int
    first_ms: int = 0
    """Until the first content; 0 if there was none."""
    error: str = ""
    """What went wrong, without any secret; empty if nothing did."""
    kind: str = ""
    """Whose failure it is, as `ccr.keys.failure` names it."""
    message: Json = {}
    """The reply as one Messages object: `content`, `stop_reason`, `usage`."""

    @property
    def ok(self) -> bool:
        """Whether the provider answered as it should."""
        return not self.error

    def blocks(self, kind: str) -> list[Json]:
        """Return the content blocks of a type."""
        return [block for block in self.message.get("content", ()) if block.get("type") == kind]


class Bench:
    """One provider with one key, ready to be asked."""

    def __init__(self, state: State, provider: str) -> None:
        self._state = state
        self._app = App(state)
        self._provider = provider

    async def ask(self, model: str, *, seconds: float = SECONDS, **changes: Any) -> Answer:
        """Send a request of one token to a model; `changes` are fields of the Messages body."""
        body: Json = {
            "model": f"{self._provider},{model}",
            "max_tokens": 1,
            "stream": True,
            "messages": [{"role": "user", "content": "Say hi."}],
            **changes,
        }
        client = _Client(dump(body))
        began = trio.current_time()
        with trio.move_on_after(seconds) as limit:
            await self._app(client.scope, client.receive, client.send)
        ms = round((trio.current_time() - began) * 1000)
        if limit.cancelled_caught:
            return Answer(0, ms, error=f"no complete answer in {seconds:g} s", kind="timeout")
        return _answer(client, self._state.recent[-1] if self._state.recent else None, ms)

    def is_blind(self, model: str) -> bool:
        """Tell whether a model answered a request with an image only without it."""
        return any(fix.op == "leave_out_images" for fix in self._state.board.lessons.fixes(self._provider, model, ""))


@asynccontextmanager
async def bench(
    config: Config, provider: Provider, key: Key | None, *, env: Mapping[str, str], clients: Clients | None = None
) -> AsyncIterator[Bench]:
    """Set a provider up alone, with one of its keys or none, so that each answer tells of that key only."""
    model = next(iter(provider.models), "none")
    alone = replace(provider, keys=(key,) if key else (), retry_on_failure=False, max_retries=0)
    only = Config(
        providers=(alone,),
        router=Router(default=f"{provider.name},{model}"),
        proxy_url=config.proxy_url,
        transformers=config.transformers,
        log=False,
    )
    state = State(Loaded(only, (), {}, "trial"), env=env, instance="trial", role="session", log=_Silent())
    if clients is not None:
        state.clients = clients
    async with state.running():
        yield Bench(state, provider.name)


class _Silent:
    """A log that keeps nothing: whoever tries a provider tells the results himself."""

    def request(self, trail: Mapping[str, Any]) -> None:
        """Keep nothing."""

    def event(self, level: str, text: str, **fields: Any) -> None:
        """Keep nothing."""


class _Client:
    """The client's side of one ASGI request."""

    scope: Json

    def __init__(self, body: bytes) -> None:
        headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/messages",
            "query_string": b"",
            "headers": [*headers, (b"content-length", str(len(body)).encode())],
        }
        self.status = 0
        self.data = b""
        self._body: bytes | None = body

    async def receive(self) -> Json:
        """Give the body, then stay."""
        if self._body is None:
            await trio.sleep_forever()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Json) -> None:
        """Take a piece of the answer."""
        await trio.lowlevel.checkpoint()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.data += message.get("body", b"")


def _answer(client: _Client, trail: Trail | None, ms: int) -> Answer:
    attempt = trail.attempts[-1] if trail and trail.attempts else None
    upstream = attempt.status if attempt else 0
    message, error = read_reply(client.data)
    if client.status != 200 and not error:
        error = f"HTTP {client.status}"
    if not error or TOO_SHORT in error:
        return Answer(upstream or 200, ms, trail.ttft_ms if trail else 0, message=message)
    status = upstream if upstream >= 400 else client.status if client.status >= 400 else 502
    failure = classify(Fault(kind_of(status), error, status), answered=bool(upstream))
    return Answer(upstream, ms, error=_short(error), kind=failure.kind)


def read_reply(data: bytes) -> tuple[Json, str]:
    """Return the message that a Messages reply makes, streamed or whole, and its error."""
    if data[:1] == b"{":
        value = load(data)
        return ({}, str(value["error"]["message"])) if "error" in value else (value, "")
    message: Json = {"content": []}
    splitter = Splitter()
    for event in [*splitter.feed(data), *splitter.close()]:
        value = load(event.data)
        if value["type"] == "error":
            return message, str(value["error"]["message"])
        _add(message, value)
    return message, ""


def _add(message: Json, event: Json) -> None:
    """Add what an event of a stream says to the message."""
    if event["type"] == "message_start":
        message.update({**event["message"], "content": []})
    elif event["type"] == "content_block_start":
        message["content"].append(dict(event["content_block"]))
    elif event["type"] == "content_block_delta":
        block = message["content"][-1]
        for key in ("text", "thinking", "partial_json"):
            if key in event["delta"]:
                block[key] = block.get(key, "") + event["delta"][key]
    elif event["type"] == "message_delta":
        message.update(event["delta"])
        message["usage"] = {**message.get("usage", {}), **event.get("usage", {})}


def _short(error: str) -> str:
    text = " ".join(error.split())
    return text if len(text) <= 300 else f"{text[:299]}…"
