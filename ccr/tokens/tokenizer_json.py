"""Reads Hugging Face's `tokenizer.json` as what tiktoken's core can count with: tokens by rank, and a pattern.

It is for counting: what an id is, special tokens and decoding don't matter. tiktoken joins any two pieces whose joint
text is a token, where the file lists the pairs, so that rare words may differ by a token. The library that reads these
files in full brings 30 MB of native code and a client for its vendor's site along, and counts five times slower.
https://huggingface.co/docs/tokenizers/components
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ccr.errors import ConfigError
from ccr.tokens.vocabulary import Clean, Vocabulary

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""The pattern inside `ByteLevel`, unless `use_regex` is false."""
WORDS = "▁+[^▁\\n]*|[^▁\\n]+|\\n+"
"""How SentencePiece's words begin. No token goes on behind the next blank, and one endless word would take long."""

_PATTERNS = {"Whitespace": r"\w+|[^\w\s]+", "WhitespaceSplit": r"\S+", "Punctuation": r"\p{P}"}
_BYTE = re.compile(r"<0x[0-9A-Fa-f]{2}>")


def read(data: bytes) -> Vocabulary:
    """Return the vocabulary of a file. Raises ConfigError for what is no such file or another kind of tokenizer."""
    try:
        found: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        raise ConfigError("it is not JSON") from None
    model = found.get("model") if isinstance(found, dict) else None
    vocab = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(model, dict) or not vocab:
        raise ConfigError("it is no tokenizer.json: there is no model with a vocab")
    pieces = list(_pieces(found.get("pre_tokenizer"), "pretokenizers"))
    is_bytes = any(piece.get("type") == "ByteLevel" for piece in pieces)
    if isinstance(vocab, dict):
        texts = _in_order(vocab, model.get("merges"))
    elif isinstance(vocab, list):
        texts = _by_score(vocab)
    else:
        raise ConfigError(f"tokenizers of the type {model.get('type')!r} can't be counted with")
    return Vocabulary(tuple(_tokens(texts, is_bytes=is_bytes)), _pattern(pieces), _cleaner(found.get("normalizer")))


def _pieces(part: Any, inner: str) -> Iterator[Mapping[str, Any]]:
    """Yield the steps of a component, those of sequences one by one."""
    if isinstance(part, dict) and part.get("type") == "Sequence":
        for step in part.get(inner) or ():
            yield from _pieces(step, inner)
    elif isinstance(part, dict):
        yield part


def _in_order(vocab: Mapping[str, Any], merges: Any) -> list[str]:
    """Return the tokens of a BPE model in the order of the merges that make them, what is never made first."""
    made: dict[str, None] = {}
    for merge in merges if isinstance(merges, list) else ():
        # Both forms are in use: "a b" and ["a", "b"].
        made["".join(merge) if isinstance(merge, list) else str(merge).replace(" ", "", 1)] = None
    return [*(token for token in vocab if token not in made), *made]


def _by_score(vocab: list[Any]) -> list[str]:
    """Return the tokens of a unigram model, [text, log of its chance], the shorter and likelier ones first.

    The best split by chance is nearly the one by joining the likeliest pairs first.
    """
    pairs = [(str(item[0]), item[1]) for item in vocab if isinstance(item, list) and len(item) == 2]
    usable = [(text, score) for text, score in pairs if isinstance(score, int | float)]
    return [text for text, _ in sorted(usable, key=lambda pair: (len(pair[0]) > 1, -pair[1]))]


def _tokens(texts: list[str], *, is_bytes: bool) -> dict[bytes, None]:
    """Return the tokens as bytes, in order. Pieces of characters come first, since tiktoken joins bytes."""
    found = dict.fromkeys(bytes([value]) for value in range(256))
    spelled = _bytes_of if is_bytes else _utf8
    if not is_bytes:
        characters = {text for text in texts if len(text) == 1 and not text.isascii()}
        for character in map(str.encode, sorted(characters)):
            found |= dict.fromkeys(character[:end] for end in range(2, len(character) + 1))
    found |= dict.fromkeys(spelled(text) for text in texts if text and not _BYTE.fullmatch(text))
    return found


def _byte_letters() -> dict[str, int]:
    """Return the letters that stand for bytes in a byte-level vocabulary, as GPT-2 chose them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [value for value in range(256) if value not in plain]
    return {**{chr(value): value for value in plain}, **{chr(256 + n): value for n, value in enumerate(others)}}


_LETTERS = _byte_letters()
_TO_LATIN = str.maketrans({letter: chr(value) for letter, value in _LETTERS.items()})


def _bytes_of(text: str) -> bytes:
    try:
        return text.translate(_TO_LATIN).encode("latin-1")
    except UnicodeEncodeError:
        # A token that was added later and is plain text.
        return _utf8(text)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _pattern(pieces: Sequence[Mapping[str, Any]]) -> str:
    """Return one pattern for all splits. No token crosses a split, so their order hardly matters."""
    found = []
    for piece in pieces:
        kind, pattern = piece.get("type"), piece.get("pattern")
        if kind == "Split" and isinstance(pattern, dict) and isinstance(pattern.get("Regex"), str):
            found.append(pattern["Regex"])
        elif kind == "Digits":
            found.append(r"\p{N}" if piece.get("individual_digits") else r"\p{N}+")
        elif kind == "ByteLevel" and piece.get("use_regex", True):
            found.append(GPT2)
        elif kind in _PATTERNS:
            found.append(_PATTERNS[kind])
    if not found:
        return WORDS
    # What no split takes is between two of them.
    return "|".join((*found, r"\s+", r"\S"))


def _cleaner(normalizer: Any) -> Clean:
    steps = [step for part in _pieces(normalizer, "normalizers") if (step := _step(part))]

    def clean(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return clean


def _step(part: Mapping[str, Any]) -> Clean | None:
    kind, pattern = part.get("type"), part.get("pattern")
    if kind in ("NFC", "NFD", "NFKC", "NFKD"):
        form: Any = kind
        return lambda text: text if text.isascii() else unicodedata.normalize(form, text)
    if kind == "Lowercase":
        return str.lower
    if kind == "Prepend":
        return lambda text: f"{part.get('prepend', '')}{text}" if text else text
    if kind == "Replace" and isinstance(pattern, dict) and isinstance(pattern.get("String"), str):
        return lambda text: text.replace(pattern["String"], str(part.get("content", "")))
    return None
