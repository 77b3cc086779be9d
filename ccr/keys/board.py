"""All that is remembered of the providers between requests: their keys, circuits and lessons.

It outlives the configuration.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ccr.keys.circuit import Circuit
from ccr.keys.lessons import Lessons
from ccr.keys.pool import Pool, PoolSpec
from ccr.keys.strategy import Random

CIRCUITS = 512
"""Models whose circuits are kept."""


class Board:
    """The memory of one server. Touched only between awaits, so it needs no locks."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.lessons = Lessons()
        self._pools: dict[str, Pool] = {}
        self._circuits: dict[tuple[str, str], Circuit] = {}

    def configure(self, specs: Iterable[PoolSpec]) -> None:
        """Take over a configuration; providers and keys that stay keep their state."""
        old, self._pools = self._pools, {}
        for spec in specs:
            pool = self._pools[spec.provider] = Pool(spec, self.random)
            if spec.provider in old:
                pool.adopt(old[spec.provider])
        self._circuits = {place: circuit for place, circuit in self._circuits.items() if place[0] in self._pools}

    def pool(self, provider: str) -> Pool:
        """Return the keys of a provider; one that is not configured has none."""
        return self._pools.get(provider) or Pool(PoolSpec(provider), self.random)

    def circuit(self, provider: str, model: str) -> Circuit:
        """Return the circuit of a provider's model."""
        found = self._circuits.get((provider, model))
        if found is None:
            if len(self._circuits) >= CIRCUITS:
                del self._circuits[next(iter(self._circuits))]
            found = self._circuits[provider, model] = Circuit()
        return found

    def reset(self, provider: str = "") -> None:
        """Forget the failures of a provider, or of all."""
        for pool in self._pools.values():
            if provider in ("", pool.provider):
                pool.reset()
        for (name, _), circuit in self._circuits.items():
            if provider in ("", name):
                circuit.succeed()

    def dump(self, now: float, wall: float) -> dict[str, Any]:
        """Return what should outlive the process, as JSON without any key: see `Pool.dump`."""
        found = {name: pool.dump(now, wall) for name, pool in self._pools.items()}
        return {name: keys for name, keys in found.items() if keys}

    def restore(self, data: Any, now: float, wall: float) -> None:
        """Take up what `dump` returned; what can't be read is passed over."""
        for name, keys in data.items() if isinstance(data, Mapping) else ():
            if name in self._pools:
                self._pools[name].restore(keys, now, wall)

    def report(self, now: float, label: Callable[[str], str]) -> list[dict[str, Any]]:
        """Return the state of each provider, as JSON; `label` makes a name of a key that gives nothing away."""
        return [
            {**pool.report(now, label), "circuits": self._reported(name, now)} for name, pool in self._pools.items()
        ]

    def _reported(self, provider: str, now: float) -> dict[str, Any]:
        return {
            model: {"state": circuit.state(now), "left": round(circuit.left(now))}
            for (name, model), circuit in self._circuits.items()
            if name == provider and circuit.state(now) != "closed"
        }
