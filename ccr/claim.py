"""Whose thoughts a request may bring to an upstream. Pure.

Most signatures are sealed and name their owner (`ccr.core.seal`). Those of replies that passed through untouched do
not: for them it is remembered who made them (`ccr.core.origin`). What nobody knows is taken to be the upstream's own.
"""

from ccr.anthropic.unify import thought
from ccr.core.origin import Origins
from ccr.core.seal import seal, unseal
from ccr.core.unified import Json
from ccr.dialect.anthropic.block import is_genuine, is_server_result
from ccr.dialect.anthropic.signed import THOUGHTS, signature_of
from ccr.dialect.turn import thoughts_of
from ccr.upstream import Upstream


def takes(block: Json, *, upstream: Upstream, origins: Origins) -> bool:
    """Tell whether an upstream takes a thought, or what a provider's own tool found, as it is."""
    if block.get("type") not in THOUGHTS:
        foreign = upstream.is_claude and block.get("type") != "tool_result" and is_server_result(block)
        return not foreign or is_genuine(block)
    signature = signature_of(block)
    if not signature:
        return not upstream.is_claude
    return unseal(signature) is None and origins.maker(signature) in ("", upstream.maker)


def sealed(message: Json, upstream: Upstream, origins: Origins) -> Json:
    """Seal what others than Claude passed on, so that every dialect can tell the upstream's own thoughts from others'.

    Between Claude's platforms signatures go as they are.
    """
    blocks = thoughts_of(message)
    found = [_sealed(block, upstream, maker=origins.maker(signature_of(block))) for block in blocks]
    return {**message, "thinking": thought(found)} if found != blocks else message


def _sealed(block: Json, upstream: Upstream, *, maker: str) -> Json:
    if not maker or (upstream.is_claude and maker == upstream.maker):
        return block
    owner = (upstream.provider.name, upstream.model) if maker == upstream.maker else (maker, "")
    field = "data" if block.get("type") == "redacted_thinking" else "signature"
    return {**block, field: seal(*owner, signature_of(block))}
