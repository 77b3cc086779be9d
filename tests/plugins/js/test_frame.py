import json

import pytest

from ccr.plugins.js.frame import HEAD, PAYLOAD_LIMIT, Broken, Frame, Frames, Kind, call, credit, pack
from ccr.plugins.js.runtime import runner


@pytest.mark.parametrize("step", [1, 3, 9, 10, 1000])
def test_frames_come_whole_however_they_are_cut(step: int) -> None:
    wanted = [Frame(Kind.DATA, 1, b"abc"), Frame(Kind.END, 1, b""), Frame(Kind.HEAD, 2**32 - 1, b"x" * 500)]
    data = b"".join(pack(*frame) for frame in wanted)
    frames = Frames()
    found = [frame for start in range(0, len(data), step) for frame in frames.feed(data[start : start + step])]
    assert found == wanted


@pytest.mark.parametrize("head", [HEAD.pack(0, 1, 99), HEAD.pack(PAYLOAD_LIMIT + 1, 1, Kind.DATA), b"GET / HTTP/1.1"])
def test_what_is_no_frame_is_refused(head: bytes) -> None:
    with pytest.raises(Broken):
        Frames().feed(head)


def test_call_and_credit_have_their_payloads() -> None:
    found = Frames().feed(call(7, {"op": "ping", "é": None}) + credit(7, 65536))
    assert json.loads(found[0].payload) == {"op": "ping", "é": None}
    assert (found[1].kind, int.from_bytes(found[1].payload, "big")) == (Kind.CREDIT, 65536)


def test_runner_has_the_same_numbers() -> None:
    text = runner().read_text(encoding="utf-8")
    line = ", ".join(f"{kind.name} = {kind.value}" for kind in Kind)
    assert f"const {line};" in text
    assert "const WINDOW = 256 * 1024;" in text
    assert "const PIECE = 64 * 1024;" in text
