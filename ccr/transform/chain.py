"""The transformers of one model of one provider: request edits in order, reply filters as their mirror."""

from collections.abc import Awaitable, Coroutine, Generator, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ccr.core.login import Login
from ccr.core.unified import Json
from ccr.dialect.vendor import DialectName
from ccr.errors import ConfigError
from ccr.transform.base import Context, Filter, Passage, Stage, Transformer
from ccr.transform.builtin import BUILTIN
from ccr.transform.registry import Registry

T = TypeVar("T")
R = TypeVar("R")


class Entry(Protocol):
    """What a configuration says of one transformer."""

    @property
    def name(self) -> str:
        """Its name, in any spelling of upper and lower case."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """Its options."""
        ...

    @property
    def path(self) -> str | None:
        """The file that holds it, if it has no name of its own; the registry knows it by that."""
        ...


@dataclass(frozen=True)
class Chain:
    """Made once for a configuration and shared by its requests."""

    entries: tuple[Transformer, ...] = ()

    @classmethod
    def build(cls, provider: Iterable[Entry], model: Iterable[Entry] = (), *, registry: Registry = BUILTIN) -> "Chain":
        """Return the chain of a provider's entries and then those of its model.

        Raises ConfigError for the first entry that can't be made; `problems` tells of all.
        """
        return cls(tuple(registry.make(entry.path or entry.name, entry.options) for entry in (*provider, *model)))

    @property
    def dialect(self) -> DialectName | None:
        """The wire format that the chain names: the last name wins, since it is the model's own."""
        speaker = self._speaker
        if speaker is not None:
            return speaker.dialect
        return next((entry.default_dialect for entry in self.entries if entry.default_dialect), None)

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of the entry that chose the wire format."""
        speaker = self._speaker
        return speaker.options if speaker else {}

    def names(self, name: str) -> bool:
        """Tell whether an entry has this name."""
        return any(entry.name == name for entry in self.entries)

    @property
    def login(self) -> Login | None:
        """Another program's login that stands in for the provider's key, if the chain names one."""
        return next((entry.login for entry in reversed(self.entries) if entry.login), None)

    @property
    def only_dialect(self) -> bool:
        """Whether the chain does nothing but choose one wire format."""
        return bool(self.entries) and {entry.dialect for entry in self.entries} == {self.dialect} != {None}

    @property
    def _speaker(self) -> Transformer | None:
        return next((entry for entry in reversed(self.entries) if entry.dialect), None)

    def edits(self, request: Json, context: Context) -> Generator[Awaitable[Json], Json, Json]:
        """Return the edited unified request; what the context holds is changed on the way.

        Yields what has to be awaited, and is sent what came of it.
        """
        _trace(context, "", request)
        for entry in self.entries:
            found = entry.edit(request, context)
            request = found if isinstance(found, dict) else (yield found)
            _trace(context, entry.name, request)
        context.request = request
        return request

    def edit(self, request: Json, context: Context) -> Json:
        """Return the edited unified request of a chain in which nothing has to be awaited."""
        return finish(self.edits(request, context))

    def filters(self, context: Context) -> list[Filter]:
        """Return fresh filters for one reply, in the order in which events pass them: the last edit is undone first."""
        found = (entry.filter(context) for entry in reversed(self.entries))
        return [one for one in found if one is not None]

    def stages(self, context: Context) -> list[Stage]:
        """Return fresh stages for one reply, the last edit's first."""
        found = (entry.stage(context) for entry in reversed(self.entries))
        return [one for one in found if one is not None]

    def passages(self, context: Context) -> list[Passage]:
        """Return the ways through other processes for one reply, the last edit's first."""
        found = (entry.passage(context) for entry in reversed(self.entries))
        return [one for one in found if one is not None]


def _trace(context: Context, name: str, request: Json) -> None:
    if context.trace is not None:
        # An edit may change the request in place.
        context.trace.append((name, deepcopy(request)))


def finish(steps: Generator[Awaitable[T], T, R]) -> R:
    """Return what a generator returns that yields nothing. Raises TypeError if it has something to wait for."""
    try:
        waiting = next(steps)
    except StopIteration as stop:
        result: R = stop.value
        return result
    steps.close()
    if isinstance(waiting, Coroutine):
        waiting.close()
    raise TypeError("a transformer of this chain has to be awaited")


def problems(entries: Iterable[Entry], registry: Registry = BUILTIN) -> list[str]:
    """Return what is wrong with entries, each problem in one line."""
    found: list[str] = []
    for entry in entries:
        try:
            registry.make(entry.path or entry.name, entry.options)
        except ConfigError as error:
            found.append(str(error))
    return found
