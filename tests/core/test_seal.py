"""Signatures that tell their owner."""

import pytest

from ccr.core.seal import PREFIX, Seal, owned, seal, unseal


@pytest.mark.parametrize("payload", ["", "state", '{"a":"ü🙂"}', "x" * 10_000])
def test_seal_comes_back_as_it_was(payload: str) -> None:
    signature = seal("my provider", "vendor/model:free", payload)
    assert signature.isascii()
    assert unseal(signature) == Seal("my provider", "vendor/model:free", payload)


@pytest.mark.parametrize(
    "signature", ["", "EqQBCkYIChgCKkA=", PREFIX, f"{PREFIX}!!!", f"{PREFIX}e30=", f"{PREFIX}WyJhIl0=", None, 7, ["x"]]
)
def test_unseal_knows_its_own(signature: str) -> None:
    assert unseal(signature) is None


@pytest.mark.parametrize(
    ("provider", "model", "expected"), [("p", "m", "state"), ("p", "n", None), ("q", "m", None), ("", "", None)]
)
def test_owned_gives_state_to_its_owner_only(provider: str, model: str, expected: str | None) -> None:
    assert owned(seal("p", "m", "state"), provider, model) == expected


def test_owned_tells_an_empty_payload_from_a_foreign_one() -> None:
    assert owned(seal("p", "m", ""), "p", "m") == ""
