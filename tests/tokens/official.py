"""tiktoken's own encodings, built from the bundled ranks with the vendor's own pattern and special tokens."""

import functools

import pytest
import tiktoken
import tiktoken_ext.openai_public as public  # type: ignore[import-untyped]

from ccr.tokens import ranks
from ccr.tokens.encoding import Encoding


@functools.cache
def official(name: str) -> tiktoken.Encoding:
    """Return the vendor's encoding; fails if the vendor names another source or sum than we do."""
    spec = ranks.SPECS[name]

    def load(url: str, expected_hash: str) -> dict[bytes, int]:
        assert (url, expected_hash) == (spec.source, spec.sha256)
        return {token: rank for rank, token in enumerate(ranks.read(name))}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(public, "load_tiktoken_bpe", load)
        return tiktoken.Encoding(**getattr(public, name)())


@functools.cache
def ours(name: str, chunk: int | None = None) -> Encoding:
    """Return our encoding, shared between tests because loading takes a while."""
    return Encoding(name) if chunk is None else Encoding(name, chunk=chunk)
