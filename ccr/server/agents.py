"""Router mode: asks the dispatcher, then the coder and the thinker, before the tool agent answers as on any route.

What fails on the way costs its own step only: the tool agent goes on with what there is.
"""

from typing import Any, NamedTuple

from msgspec.structs import replace

from ccr.anthropic.encoder import Heading
from ccr.anthropic.message import MessageEncoder
from ccr.anthropic.request import Inbound
from ccr.anthropic.stream import StreamEncoder
from ccr.core.jsonio import dump
from ccr.core.unified import Json
from ccr.core.usage import Usage
from ccr.dialect.anthropic.decode import MessagesDecoder, read_usage
from ccr.errors import CcrError
from ccr.reply import Reply
from ccr.route.agents import TOOL, Agents, acting_body, choice, dispatch_body, result_of, task_body, with_result
from ccr.route.body import blocks
from ccr.route.decide import Decision
from ccr.route.name import resolve
from ccr.server.image import Ask
from ccr.server.log import Log
from ccr.snapshot import Snapshot

SCENARIO = "agents"


class Dispatched(NamedTuple):
    """What came of the dispatch. `answer` is a Messages reply for the client, if the dispatcher gave one itself."""

    body: Json
    reason: str
    spent: Usage | None
    answer: Json | None = None


class Dispatcher:
    """Runs one request past the agents. `ask` sends a request of our own."""

    def __init__(self, snapshot: Snapshot, agents: Agents, *, inbound: Inbound, ask: Ask, log: Log) -> None:
        self._snapshot = snapshot
        self._agents = agents
        self._inbound = inbound
        self._ask = ask
        self._log = log
        self._spent = Usage()
        self._used: list[str] = []

    async def run(self, body: Json) -> Dispatched:
        """Return what the tool agent has to do, or the dispatcher's own answer."""
        try:
            return await self._steps(body)
        except _Failed as failed:
            self._log.event("error", f"router mode: {failed.message}; the tool agent goes on")
            return Dispatched(acting_body(failed.body), f"{self._told(TOOL)}; {failed.message}", self._spent)

    async def _steps(self, body: Json) -> Dispatched:
        while len(names := self._agents.offered(self._used)) > 1:
            message = await self._asked(self._agents.router, dispatch_body(body, names), body=body)
            name = choice(message, names)
            if name is None:
                return Dispatched(body, f"{self._told('')}the dispatcher answered itself", self._spent, message)
            self._count(message)
            if name == TOOL:
                break
            found = await self._asked(self._agents.route(name), task_body(body, name), body=body)
            self._count(found)
            body = with_result(body, name, result_of(found))
            self._used.append(name)
        return Dispatched(acting_body(body), self._told(TOOL), self._spent)

    async def _asked(self, route: str, sent: Json, *, body: Json) -> Json:
        """Return an agent's whole reply. Raises _Failed with the `body` to go on with."""
        try:
            target = resolve(route, self._snapshot.catalog)
            upstream = self._snapshot.upstream(target.provider, target.model)
            sent = {"model": route, **sent}
            reply: Any = await self._ask(Inbound(sent, dump(sent), {}, session=self._inbound.session), upstream)
        except (CcrError, ValueError) as error:
            raise _Failed(f"{route}: {error}", body) from error
        if not isinstance(reply, dict):
            raise _Failed(f"{route}: no message came back", body)
        return reply

    def _count(self, message: Json) -> None:
        usage = message.get("usage")
        self._spent = self._spent.plus(read_usage(usage if isinstance(usage, dict) else {}))

    def _told(self, last: str) -> str:
        """Say who was chosen so far, and who goes on."""
        names = [*self._used, *([last] if last else [])]
        return f"the dispatcher chose {', then '.join(names)}" if last else "".join(f"{name}, then " for name in names)


class _Failed(Exception):
    """An agent gave no answer."""

    def __init__(self, message: str, body: Json) -> None:
        super().__init__(message)
        self.message = message
        self.body = body


def concluded(decision: Decision, found: Dispatched, agents: Agents, snapshot: Snapshot) -> Decision:
    """Return the decision as it came out: who answers, and by whose choice."""
    if found.answer is None:
        return replace(decision, reason=found.reason)
    target = resolve(agents.router, snapshot.catalog)
    return replace(decision, reason=found.reason, provider=target.provider, model=target.model)


def own_answer(inbound: Inbound, heading: Heading, answer: Json) -> tuple[Reply, bytes]:
    """Return the reader of the dispatcher's own answer, in the form that the client wants, and what to feed it."""
    # The thoughts of whoever only dispatches are nobody's business later on.
    content = [block for block in blocks(answer.get("content")) if "thinking" not in str(block.get("type"))]
    encoder = StreamEncoder(heading) if inbound.stream else MessageEncoder(heading)
    return Reply(MessagesDecoder(), [], encoder), dump({**answer, "content": content})
