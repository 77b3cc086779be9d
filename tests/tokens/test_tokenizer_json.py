"""Small `tokenizer.json` files of every common make, counted by hand or by tiktoken itself."""

import json
from functools import cache, partial
from itertools import pairwise
from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.tokens import ranks
from ccr.tokens.encoding import Encoding
from ccr.tokens.tokenizer_json import _LETTERS, read

LETTER = {value: letter for letter, value in _LETTERS.items()}
SIZE = 6000
WORDS = "def main(): return 42\n\tprint('Größe — 世界 🎉')  # it's  over"


def count(file: dict[str, Any], text: str) -> int:
    return Encoding("own", read=partial(read, json.dumps(file).encode())).count(text)


def spell(token: bytes) -> str:
    return "".join(LETTER[value] for value in token)


@cache
def merges(number: int) -> list[tuple[bytes, bytes]]:
    """Return how the first tokens of cl100k_base are made of two earlier ones each."""
    tokens = ranks.read("cl100k_base")[:number]
    rank = {token: index for index, token in enumerate(tokens)}
    found = []
    for token in tokens[256:]:
        parts = [bytes([value]) for value in token]
        while len(parts) > 2:
            made = (rank.get(a + b, number) for a, b in pairwise(parts))
            best = min(enumerate(made), key=lambda pair: pair[1])[0]
            parts[best : best + 2] = [parts[best] + parts[best + 1]]
        found.append((parts[0], parts[1]))
    return found


def byte_level(pattern: Any, *, form: type = str) -> dict[str, Any]:
    """Return a file in the manner of Qwen's and Llama's, made from a part of cl100k_base."""
    tokens = ranks.read("cl100k_base")[:SIZE]
    pairs = [(spell(a), spell(b)) for a, b in merges(SIZE)]
    split = {"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False}
    return {
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, {"type": "ByteLevel", "use_regex": False}]},
        "model": {
            "type": "BPE",
            "vocab": {spell(token): index for index, token in enumerate(tokens)},
            "merges": [" ".join(pair) for pair in pairs] if form is str else [list(pair) for pair in pairs],
        },
    }


@pytest.mark.parametrize("form", [str, list])
def test_byte_level_counts_as_tiktoken_does(form: type) -> None:
    from tiktoken._tiktoken import CoreBPE

    pattern = ranks.SPECS["cl100k_base"].pattern
    tokens = ranks.read("cl100k_base")[:SIZE]
    official = CoreBPE({token: index for index, token in enumerate(tokens)}, {}, pattern)
    assert count(byte_level({"Regex": pattern}, form=form), WORDS * 20) == len(official.encode_ordinary(WORDS * 20))


def test_text_is_normalised_first() -> None:
    file = byte_level({"Regex": r"\p{L}+|\s+"})
    assert count(file, "Gro\u0308\u00dfe") == count(file, "Größe")


def words(*merged: str, **more: Any) -> dict[str, Any]:
    """Return a file in the manner of SentencePiece's: characters, and `merged` tokens of two pieces each."""
    letters = dict.fromkeys(character for token in merged for character in token.replace(" ", ""))
    tokens = [*letters, *(token.replace(" ", "") for token in merged), "<0x0A>"]
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    model = {
        "type": "BPE",
        "byte_fallback": True,
        "vocab": {t: i for i, t in enumerate(tokens)},
        "merges": list(merged),
    }
    return {"normalizer": replace, "pre_tokenizer": None, "model": model, **more}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("ab", 1),
        ("ab ab", 2),
        ("ba", 2),
        ("abab", 2),
        ("é", 1),
        ("é é", 3),
        ("中", 1),
        ("\n", 1),
        ("ab\nab", 3),
    ],
)
def test_words_count(text: str, expected: int) -> None:
    assert count(words("a b", "▁ ab", "é 中"), text) == expected


def test_prepended_blank_counts() -> None:
    steps = [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]
    file = words("a b", "▁ ab", normalizer={"type": "Sequence", "normalizers": steps})
    assert (count(file, "ab"), count(file, "b"), count(file, "")) == (1, 2, 0)


def test_unigram_takes_the_likelier_pieces() -> None:
    vocab = [
        ["<unk>", 0.0],
        ["▁", -2.0],
        *([letter, -6.0] for letter in "helo"),
        ["he", -4.0],
        ["hello", -5.0],
        ["▁he", -4.5],
    ]
    file = words("a b", model={"type": "Unigram", "vocab": vocab})
    assert count(file, "he") == 1
    assert count(file, " he") == 1
    assert count(file, "ho") == 2


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        ({"type": "Digits", "individual_digits": True}, "123", 3),
        ({"type": "Whitespace"}, "ab, ab", 4),
        ({"type": "WhitespaceSplit"}, "ab ab", 3),
        ({"type": "Punctuation"}, "!!", 2),
        ({"type": "ByteLevel"}, "ab 1", 3),
        ({"type": "Unheard-of"}, "ab", 1),
    ],
)
def test_every_kind_of_split(step: dict[str, Any], text: str, expected: int) -> None:
    file = words("a b", "1 2", "12 3", "! !", normalizer=None, pre_tokenizer=step)
    assert count(file, text) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<html>", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no tokenizer.json"),
        (b'{"model": {"type": "BPE"}}', "no tokenizer.json"),
        (b'{"model": {"type": "WordLevel", "vocab": 7}}', "'WordLevel' can't be counted with"),
    ],
)
def test_what_is_no_tokenizer_says_so(data: bytes, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        read(data)


def test_odd_parts_are_passed_over() -> None:
    file = words("a b", normalizer=[1], pre_tokenizer={"type": "Sequence", "pretokenizers": [None, {"type": "Split"}]})
    assert count(file, "ab") == 1


def test_pattern_that_is_none_is_a_configuration_error() -> None:
    file = words("a b", pre_tokenizer={"type": "Split", "pattern": {"Regex": "(open"}})
    with pytest.raises(ConfigError, match="pattern can't be used"):
        count(file, "ab")


def test_pattern_that_gives_up_leaves_a_guess() -> None:
    file = words("a b", normalizer=None, pre_tokenizer={"type": "Split", "pattern": {"Regex": r"(a+a+)+(?=b)"}})
    assert count(file, "a" * 3000) == 750
