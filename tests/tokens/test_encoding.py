import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.tokens import ranks
from ccr.tokens.encoding import CHUNK, Encoding
from tests import process
from tests.tokens.official import official, ours

NAMES = list(ranks.SPECS)

AWKWARD = (
    *("a", "Z", "é", "ß", "日本", "🙂", "\u0300", "\u200d", "1", "234", "'s", "'LL", " word", "\nWord"),
    *(
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\n\n ",
        " \n",
        "\n\t",
        "\n  ",
        "\u2028",
        "\x00",
        "/",
        "//",
        "!",
        "...",
        "{",
        '"',
        "\\",
        "_x",
    ),
    *("<|endoftext|>", "<|fim_prefix|>"),
)

texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(AWKWARD), max_size=120).map("".join))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None)
@given(text=texts)
def test_count_is_the_vendors(name: str, text: str) -> None:
    assert ours(name).count(text) == len(official(name).encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", [" ab cd", "\nab"], ids=ascii)
@settings(max_examples=200, deadline=None)
@given(between=st.lists(st.sampled_from(AWKWARD), min_size=10, max_size=60))
def test_count_in_chunks_that_end_at_words_is_the_vendors(name: str, words: str, between: list[str]) -> None:
    text = words.join(between)
    assert ours(name, 24).count(text) == len(official(name).encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
def test_count_of_a_long_text_is_the_vendors(name: str) -> None:
    source = random.Random(5)
    text = "".join(source.choices(AWKWARD, k=3 * CHUNK))
    assert len(text) > 4 * CHUNK
    assert ours(name).count(text) == len(official(name).encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["", " ", "\ud800", "a\udfffb", "\U0010ffff", "<|endoftext|>", "<|endofprompt|>" * 3])
def test_count_takes_any_text(name: str, text: str) -> None:
    assert ours(name).count(text) == len(official(name).encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("unit", [" ", "a", "^", "\n", "日", "0"], ids=ascii)
def test_count_survives_a_million_of_the_same_character(name: str, unit: str) -> None:
    count = ours(name).count(unit * 1_000_000)
    whole = len(official(name).encode_ordinary(unit * 100_000)) * 10
    assert count == pytest.approx(whole, rel=0.01)


def test_load_is_done_once_for_many_threads() -> None:
    encoding = Encoding("cl100k_base")
    assert not encoding.loaded
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(encoding.count, ["to be or not to be"] * 8))
    assert encoding.loaded
    assert counts == [6] * 8


OFFLINE = """
import socket, sys
def refuse(*_, **__): raise SystemExit("network")
socket.socket.connect = socket.socket.sendto = socket.getaddrinfo = socket.create_connection = refuse
import trio
from ccr.tokens.counter import Counter
from ccr.tokens.tokenizer import tokenizer
assert "tiktoken" not in sys.modules, "imported too early"
for name in ("cl100k_base", "o200k_base"):
    print(trio.run(Counter(tokenizer(name)).count, {"system": "Hello, world", "messages": []}).system)
print(sorted({"requests", "tiktoken_ext.openai_public"} & sys.modules.keys()))
"""


def test_counting_needs_no_network_no_cache_and_no_early_import() -> None:
    done = process.run([sys.executable, "-c", OFFLINE], env={"TIKTOKEN_CACHE_DIR": "", "DATA_GYM_CACHE_DIR": ""})
    assert (done.stdout.split("\n")[:3], done.stderr) == (["3", "3", "[]"], "")
