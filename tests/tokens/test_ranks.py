import base64
import hashlib

import pytest

from ccr.tokens import ranks

TOKENS = (b"!", b"\x00", b" the", b"\xff" * 255)


@pytest.mark.parametrize("name", ranks.SPECS)
def test_bundled_ranks_are_the_vendors(name: str) -> None:
    lines = (b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(ranks.read(name)))
    assert hashlib.sha256(b"".join(lines)).hexdigest() == ranks.SPECS[name].sha256


@pytest.mark.parametrize("name", ranks.SPECS)
def test_bundled_ranks_have_the_number_of_tokens_that_the_table_says(name: str) -> None:
    assert len(set(ranks.read(name))) == ranks.SPECS[name].tokens


def test_unpack_gives_back_what_was_packed() -> None:
    assert ranks.unpack(ranks.pack(TOKENS), len(TOKENS)) == TOKENS
