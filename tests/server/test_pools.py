"""What the configuration says of keys."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ccr.config.parse import parse
from ccr.config.schema import Config
from ccr.keys.board import Board
from ccr.keys.limit import Limits
from ccr.keys.pool import PoolSpec
from ccr.keys.slot import KeySpec
from ccr.server.pools import candidate, pool_specs, repeats_itself
from ccr.snapshot import Snapshot


def configured(**provider: Any) -> Config:
    given = {"name": "p", "api_base_url": "http://127.0.0.1:1/v1", "models": ["m"], **provider}
    return parse(json.dumps({"Providers": [given], "Router": {"default": "p,m"}}), env={}).require()


def test_pool_has_every_setting_of_the_provider() -> None:
    config = configured(
        api_key="a",
        api_keys=["b", {"key": "c", "weight": 2, "maxFailures": 5, "cooldownTime": 60000, "rpm": 7, "tpm": 8}],
        enable_rotation=False,
        rotation_strategy="sticky",
        rpm=40,
        tpm=1000,
        max_concurrency=3,
    )
    keys = (KeySpec("a"), KeySpec("b"), KeySpec("c", 2.0, 5, 60000, 7, 8))
    assert pool_specs(config) == [PoolSpec("p", keys, "sticky", rotates=False, limits=Limits(40, 1000, 3))]


@pytest.mark.parametrize(
    ("settings", "repeats", "expected"),
    [
        ({}, False, (True, 0)),
        ({}, True, (True, 2)),
        ({"max_retries": 0}, True, (True, 0)),
        ({"max_retries": 5}, True, (True, 4)),
        ({"retry_on_failure": False}, True, (False, 2)),
    ],
)
def test_candidate_repeats_for_clients_that_do_not(
    settings: dict[str, Any], repeats: bool, expected: tuple[bool, int]
) -> None:
    config, board = configured(**settings), Board(lambda: 0.5)
    board.configure(pool_specs(config))
    found = candidate(board, Snapshot(config, "").upstream("p", "m"), repeats=repeats)
    assert (found.retries, found.repeats) == expected
    assert found.pool is board.pool("p")
    assert found.circuit is board.circuit("p", "m")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"user-agent": "claude-cli/2.1.197 (external, cli)"}, True),
        ({"user-agent": "Anthropic/Python 0.39", "x-stainless-lang": "python"}, True),
        ({"user-agent": "curl/8.5"}, False),
        ({}, False),
    ],
)
def test_who_repeats_is_seen_from_the_headers(headers: Mapping[str, str], expected: bool) -> None:
    assert repeats_itself(headers) is expected
