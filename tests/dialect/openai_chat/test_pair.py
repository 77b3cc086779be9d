"""The golden pairs: what vendors really send, one oddity a pair, on the whole way from their bytes to the client."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialect.official import check_events, check_reply
from tests.dialect.openai_chat.pair import Pair, pairs

PAIRS = pairs()
VENDORS = """openai azure deepseek openrouter groq cerebras mistral xai kimi glm qwen modelscope siliconflow
volcengine together fireworks vercel ollama vllm lmstudio llamacpp perplexity snowflake huggingface
copilot minimax nvidia gemini"""


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_pair_becomes_the_message_as_written(pair: Pair) -> None:
    wanted = {name: pair.out[name] for name in ("message", "fault") if name in pair.out}
    assert pair.streamed([pair.raw]) == wanted


@pytest.mark.parametrize("step", [1, 2, 7, 64])
@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_pair_becomes_the_same_however_it_is_cut(pair: Pair, step: int) -> None:
    pieces = [pair.raw[i : i + step] for i in range(0, len(pair.raw), step)]
    assert pair.streamed(pieces) == pair.streamed([pair.raw])


@given(st.sampled_from(PAIRS), st.lists(st.integers(0, 3000), max_size=6))
def test_pair_becomes_the_same_at_any_cuts(pair: Pair, cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(pair.raw)) for cut in cuts), len(pair.raw)]
    pieces = [pair.raw[start:end] for start, end in pairwise(bounds)]
    assert pair.streamed(pieces) == pair.streamed([pair.raw])


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_pair_is_the_same_for_a_client_without_stream(pair: Pair) -> None:
    streamed, whole = pair.streamed([pair.raw]), pair.whole()
    if "error" in streamed.get("message", {}):
        assert whole["fault"]["message"] == streamed["message"]["error"]["message"]
    else:
        assert whole == streamed


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_anthropics_own_types_take_what_the_client_gets(pair: Pair) -> None:
    streamed, whole = pair.reply(stream=True), pair.reply(stream=False)
    check_events(streamed.feed(pair.raw) + streamed.close())
    if out := whole.feed(pair.raw) + whole.close():
        check_reply(json.loads(out))


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_pair_counts_the_whole_prompt(pair: Pair) -> None:
    usage = pair.out.get("message", {}).get("usage")
    told = [int(n) for n in re.findall(rb'"prompt_tokens":\s*(\d+)', pair.raw)]
    if usage and told:
        names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        assert sum(usage[name] for name in names) == told[-1]


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_pair_names_its_source(pair: Pair) -> None:
    assert pair.out["source"].startswith("https://")
    assert pair.out["about"]


@pytest.mark.parametrize("vendor", VENDORS.split())
def test_every_vendor_has_a_pair(vendor: str) -> None:
    assert any(pair.name.startswith(f"{vendor}-") for pair in PAIRS)
