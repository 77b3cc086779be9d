"""Lets the user's own code take part in a request. What fails there is logged, and costs its own step only."""

from collections.abc import Awaitable, Generator
from typing import TypeVar

from ccr.anthropic.request import Inbound
from ccr.plugins.failure import PluginError
from ccr.plugins.router import Choice
from ccr.server.state import State

T = TypeVar("T")
R = TypeVar("R")


async def awaited(steps: Generator[Awaitable[T], T, R]) -> R:
    """Return what a generator returns that yields what it has to wait for."""
    try:
        waiting = next(steps)
        while True:
            waiting = steps.send(await waiting)
    except StopIteration as stop:
        result: R = stop.value
        return result


async def rewritten(state: State, inbound: Inbound) -> Inbound:
    """Return the request as the `usePlugins` leave it; one that fails leaves it as it was."""
    body = inbound.body
    for rewriter in state.plugins.rewriters:
        try:
            body = await rewriter.rewrite(body, inbound)
        except PluginError as error:
            state.log.event("error", f"plugin {rewriter.name!r} is passed over: {error}")
    return inbound.with_body(body)


async def asked(state: State, inbound: Inbound, *, tokens: int) -> Choice:
    """Return what the custom router says: nothing if there is none, or it fails."""
    router = state.plugins.router
    try:
        return await router.route(inbound, tokens=tokens) if router else Choice()
    except PluginError as error:
        state.log.event("error", f"the custom router is passed over: {error}")
        return Choice()
