"""The ASGI application: who may come in, which handler answers, and what happens when one fails."""

import traceback
from collections.abc import Awaitable, Callable

from ccr.anthropic.error import error_answer
from ccr.errors import ConfigError, NotFound, RequestError, Unavailable
from ccr.net.relay import Receive, Send
from ccr.server import count_tokens, explain, health, messages, models, rotation
from ccr.server.guard import check_host, check_key, check_origin
from ccr.server.http import ClientGone, Request, Scope
from ccr.server.preset import PATH
from ccr.server.state import State

Handler = Callable[[Request, State], Awaitable[None]]

ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", "/v1/messages"): messages.create,
    ("POST", "/v1/messages/count_tokens"): count_tokens.count,
    ("GET", "/v1/models"): models.listing,
    ("GET", "/"): health.greeting,
    ("GET", "/health"): health.health,
    ("GET", "/api/status"): health.status,
    ("GET", "/api/session"): health.session,
    ("GET", "/api/usage"): health.usage,
    ("GET", "/api/rotation"): rotation.rotation,
    ("GET", "/api/explain"): explain.stored,
    ("POST", "/api/explain"): explain.given,
}
OPEN = frozenset({"/", "/health"})
"""Paths that need no key: they tell nothing but that the server is there."""

SIDE_CALLS = (
    "/api/event_logging",
    "/api/claude_cli",
    "/api/claude_code",
    "/api/hello",
    "/api/oauth",
    "/v1/organizations",
)
"""Beginnings of paths that Claude Code calls beside its work; an empty answer keeps it content."""


class App:
    """The application for one `State`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection scope."""
        if scope["type"] == "http":
            await self._http(Request(scope, receive, send))

    async def _http(self, request: Request) -> None:
        state = self._state
        try:
            self._admit(request)
            named = PATH.fullmatch(request.path)
            if named:
                state, request.path = await state.presets.state(named["name"]), named["rest"]
            await self._handler(request)(request, state)
        except ClientGone:
            return
        except RequestError as error:
            await _refuse(request, error, state)
        except ConfigError as error:
            # The user has to mend the configuration, so repeating the request is of no use.
            await _refuse(request, RequestError(f"ccr: {error}", should_retry=False), state)
        except Exception as error:  # The one place where a defect of ours must not take the server along.
            where = "".join(traceback.format_exception(error)[-6:])
            state.log.event("error", f"{request.method} {request.path} failed: {where}")
            await _refuse(request, RequestError("ccr: internal error; `ccr logs` tells more"), state)

    def _admit(self, request: Request) -> None:
        config = self._state.snapshot.config
        check_host(request.headers, host=config.host)
        check_origin(request.headers)
        if request.path not in OPEN:
            check_key(request.headers, apikey=config.apikey)
        if self._state.draining and request.path != "/health":
            raise Unavailable("ccr is shutting down", retry_after=1)

    def _handler(self, request: Request) -> Handler:
        path = request.path.rstrip("/") or "/"
        method = "GET" if request.method == "HEAD" else request.method
        found = ROUTES.get((method, path))
        if found is not None:
            return found
        if path.startswith(SIDE_CALLS):
            return _nothing
        raise NotFound(f"{request.method} {request.path}: there is nothing here; the API is at /v1/messages")


async def _refuse(request: Request, error: RequestError, state: State) -> None:
    error.message = state.redact.text(error.message)
    status, headers, body = error_answer(error)
    await request.respond(status, headers, body)


async def _nothing(request: Request, state: State) -> None:
    await request.json({})
