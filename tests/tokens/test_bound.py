import json
from typing import Any

import pytest
from hypothesis import given, settings

from ccr.tokens import image
from ccr.tokens.bound import certainly_below, rough
from ccr.tokens.cache import Cache
from ccr.tokens.counter import Tally, weigh
from tests.tokens import fakes
from tests.tokens.bodies import bodies

IMAGE = {"type": "image", "source": {"type": "url", "url": "u"}}


@pytest.mark.parametrize(
    ("raw", "threshold", "expected"),
    [
        pytest.param(b"x" * 99, 100, True, id="fewer bytes"),
        pytest.param(b"x" * 100, 100, False, id="as many bytes"),
        pytest.param(b'{"type":"image"}', image.MAX_TOKENS, False, id="an image may be small but dear"),
        pytest.param(b'{"type":"image"}', image.MAX_TOKENS + 17, True, id="an image has a limit"),
        pytest.param(b'{"type":"document"}', 10_000_000, False, id="a document has none"),
        pytest.param(b'{"text":"\\"image\\""}', 100, True, id="the word alone is no image"),
    ],
)
def test_bound(raw: bytes, threshold: int, expected: bool) -> None:
    assert certainly_below(raw, threshold) is expected


@pytest.mark.parametrize(("ratio", "expected"), [(1.0, True), (1.1, False), (0.5, True)])
def test_bound_heeds_the_calibration(ratio: float, expected: bool) -> None:
    assert certainly_below(b"x" * 95, 100, ratio=ratio) is expected


@settings(max_examples=500, deadline=None)
@given(body=bodies)
def test_body_that_is_certainly_below_really_is(body: Any) -> None:
    assert not certainly_below(compact(body), tokens(body))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"": 0}, id="least body"),
        pytest.param({"messages": [{"role": 0}] * 50}, id="messages"),
        pytest.param({"tools": [{"name": ""}] * 50}, id="tools"),
        pytest.param({"tools": [{"name": "", "input_schema": 0}] * 50}, id="tools with a schema"),
        pytest.param({"messages": [{"content": [{"type": "tool_use"}] * 50}]}, id="calls"),
        pytest.param({"messages": [{"content": [{"type": "tool_result"}] * 50}]}, id="results"),
        pytest.param({"messages": [{"content": [{"type": "image"}] * 50}]}, id="images"),
    ],
)
def test_frames_never_outweigh_the_bytes_that_cause_them(body: Any) -> None:
    assert not certainly_below(compact(body), tokens(body))


def compact(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def tokens(body: Any) -> int:
    tally = Tally(body, fakes.Bytes(), Cache())
    tally.add(weigh(tally.missing))
    return tally.count().total


@pytest.mark.parametrize(("raw", "expected"), [(b"x" * 400, 100), (b"{}", 1), (b'{"type": "base64"}' * 99, None)])
def test_rough(raw: bytes, expected: int | None) -> None:
    assert rough(raw) == expected
