import base64

import pytest

from ccr.tokens import b64

DATA = bytes(range(256)) * 2


def test_flat_takes_the_line_breaks_out() -> None:
    assert b64.flat(base64.encodebytes(DATA).decode()) == base64.b64encode(DATA).decode()


def test_decode_gives_the_bytes() -> None:
    assert b64.decode(base64.b64encode(DATA).decode()) == DATA


@pytest.mark.parametrize("data", ["A", "ééé", "====", "\ud800"], ids=ascii)
def test_decode_gives_nothing_for_what_is_not_base64(data: str) -> None:
    assert b64.decode(data) == b""
