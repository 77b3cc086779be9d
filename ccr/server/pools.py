"""What the configuration says of keys and repeating, in the words of `ccr.keys`."""

from collections.abc import Mapping

from ccr.config.schema import Config, Provider
from ccr.keys.attempts import Candidate
from ccr.keys.board import Board
from ccr.keys.limit import Limits
from ccr.keys.pool import PoolSpec
from ccr.keys.slot import KeySpec
from ccr.upstream import Upstream


def pool_specs(config: Config) -> list[PoolSpec]:
    """Return the pools that a configuration asks for."""
    return [_spec(provider) for provider in config.providers]


def _spec(provider: Provider) -> PoolSpec:
    keys = [KeySpec(k.key, k.weight, k.max_failures, k.cooldown_ms, k.rpm, k.tpm) for k in provider.keys]
    limits = Limits(provider.rpm, provider.tpm, provider.max_concurrency)
    return PoolSpec(provider.name, tuple(keys), provider.rotation_strategy, provider.enable_rotation, limits)


def candidate(board: Board, upstream: Upstream, *, repeats: bool, relieves: bool = False) -> Candidate:
    """Return an upstream with its keys and its circuit; `repeats` if the client does not repeat by itself.

    `relieves` if it is only there for a prompt that is too long for the others.
    """
    provider = upstream.provider
    return Candidate(
        provider.name,
        upstream.model,
        board.pool(provider.name),
        board.circuit(provider.name, upstream.model),
        window=upstream.facts.window or 0,
        retries=provider.retry_on_failure,
        repeats=max(0, provider.max_retries - 1) if repeats or provider.retry_for_everyone else 0,
        budget=provider.retry_seconds,
        relieves=relieves,
    )


def repeats_itself(headers: Mapping[str, str]) -> bool:
    """Tell whether the client repeats a failed request by itself: Claude Code does, and Anthropic's SDKs do."""
    return headers.get("user-agent", "").startswith("claude-cli/") or "x-stainless-lang" in headers
