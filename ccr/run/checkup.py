"""Tries every key and model of a configuration, each with a request of one token: `ccr test`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import msgspec
import trio

from ccr.config.redact import label, redactor
from ccr.config.schema import Config, Key, Provider
from ccr.errors import CommandError
from ccr.run.trial import Answer, bench
from ccr.status.mend import mend

KEYS_AT_ONCE = 8
"""Keys that are tried at the same time; the models of one key come one after the other, to spare its limits."""


class Case(msgspec.Struct, frozen=True):
    """One combination to try. `key` names it without giving it away; it is empty where none is configured."""

    provider: Provider
    model: str
    key: str
    secret: Key | None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one combination, ready to be shown. Times are in milliseconds."""

    provider: str
    model: str
    key: str
    ok: bool
    status: int
    ms: int
    first_ms: int
    error: str = ""
    mend: str = ""


Seen = Callable[[Result], None]


def cases(config: Config, wanted: str | None = None) -> list[Case]:
    """Return what there is to try: all, or what `wanted` (`provider` or `provider,model`) names.

    A model that is named need not be in the provider's list. Raises CommandError if there is nothing.
    """
    name, _, model = (wanted or "").partition(",")
    chosen = [p for p in config.providers if not name or p.name.lower() == name.strip().lower()]
    if not chosen:
        known = ", ".join(provider.name for provider in config.providers)
        told = f"configured are: {known}" if known else "none is configured; `ccr setup` does that"
        raise CommandError(
            f"there is no provider {name!r}; {told}" if name else f"there is no provider to test; {told}"
        )
    found = [case for provider in chosen for case in _cases(provider, model.strip())]
    if not found:
        raise CommandError(f"{chosen[0].name} has no models in its list; name one: `ccr test {chosen[0].name},MODEL`")
    return found


def check(
    config: Config, found: Sequence[Case], *, env: Mapping[str, str], seconds: float, seen: Seen = lambda _: None
) -> list[Result]:
    """Try every case, `seen` gets each result as it comes; return all in the order of the cases."""
    return trio.run(partial(_check, config, found, env=env, seconds=seconds, seen=seen))


async def _check(
    config: Config, found: Sequence[Case], *, env: Mapping[str, str], seconds: float, seen: Seen
) -> list[Result]:
    results: dict[int, Result] = {}
    limiter = trio.CapacityLimiter(KEYS_AT_ONCE)
    mask = redactor(config).text

    async def one_key(numbers: Sequence[int]) -> None:
        first = found[numbers[0]]
        async with limiter, bench(config, first.provider, first.secret, env=env) as provider:
            for number in numbers:
                case = found[number]
                answer = await provider.ask(case.model, seconds=seconds)
                results[number] = _result(case, answer, mask)
                seen(results[number])

    async with trio.open_nursery() as nursery:
        for numbers in _by_key(found):
            nursery.start_soon(one_key, numbers)
    return [results[number] for number in range(len(found))]


def _cases(provider: Provider, model: str) -> Iterator[Case]:
    keys: Sequence[Key | None] = provider.keys or (None,)
    for number, key in enumerate(keys, start=1):
        name = label(key.key) if key else ""
        # The masks of two keys may be the same.
        shown = f"#{number} {name}" if len(keys) > 1 else name
        for listed in [model] if model else provider.models:
            yield Case(provider, listed, shown, key)


def _by_key(found: Sequence[Case]) -> list[list[int]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for number, case in enumerate(found):
        groups.setdefault((case.provider.name, case.key), []).append(number)
    return list(groups.values())


def _result(case: Case, answer: Answer, mask: Callable[[str], str]) -> Result:
    error = answer.error
    for word in (f"[{case.provider.name}/{case.model}] ", f"[{case.provider.name},{case.model}] "):
        error = error.removeprefix(word)
    advice = mend(answer.kind, status=answer.status, message=error, has_key=case.secret is not None)
    return Result(
        provider=case.provider.name,
        model=case.model,
        key=case.key,
        ok=answer.ok,
        status=answer.status,
        ms=answer.ms,
        first_ms=answer.first_ms,
        error=mask(error),
        mend="" if answer.ok else advice,
    )
