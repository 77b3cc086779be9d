"""The vocabularies that come with the package: what each file holds, where it is from, how to read it.

A `.ranks` file is one zlib stream: the lengths of all tokens, one byte each, then all tokens, both in order of rank.
Ranks have no gaps, so nothing else is needed. The files were packed from the `encoders/*.json` of npm's `tiktoken`
1.0.22 (MIT); `sha256` is that of the vendor's own rank text, which the tests rebuild from our files.
"""

import struct
import zlib
from collections.abc import Sequence
from importlib.resources import files

import msgspec


class Spec(msgspec.Struct, frozen=True):
    """One encoding. `source` and `sha256` belong to the vendor's text form: base64 token, blank, rank, newline."""

    source: str
    sha256: str
    tokens: int
    pattern: str
    """Splits text into the pieces that are encoded by themselves; the alternatives are joined with `|`."""


# Patterns and sums: https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py
SPECS = {
    "cl100k_base": Spec(
        source="https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken",
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        tokens=100_256,
        pattern="|".join(
            (
                r"'(?i:[sdmt]|ll|ve|re)",
                r"[^\r\n\p{L}\p{N}]?+\p{L}++",
                r"\p{N}{1,3}+",
                r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
                r"\s++$",
                r"\s*[\r\n]",
                r"\s+(?!\S)",
                r"\s",
            )
        ),
    ),
    "o200k_base": Spec(
        source="https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken",
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        tokens=199_998,
        pattern="|".join(
            (
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            )
        ),
    ),
}


def pack(tokens: Sequence[bytes]) -> bytes:
    """Return the file for `tokens`, which stand in order of rank and have 1 to 255 bytes each."""
    return zlib.compress(bytes(map(len, tokens)) + b"".join(tokens), 9)


def unpack(packed: bytes, number: int) -> tuple[bytes, ...]:
    """Return the `number` tokens of a packed file in order of rank; zlib.error or struct.error if it is damaged."""
    data = zlib.decompress(packed)
    # One call of the struct module cuts all tokens, in half the time of a loop over slices.
    return struct.unpack("".join(map(_FIELDS.__getitem__, data[:number])), data[number:])


def read(name: str) -> tuple[bytes, ...]:
    """Return the tokens of the bundled encoding `name` (a key of `SPECS`) in order of rank."""
    return unpack((files("ccr") / "data" / f"{name}.ranks").read_bytes(), SPECS[name].tokens)


_FIELDS = tuple(f"{length}s" for length in range(256))
