import pytest

from ccr.config.schema import Config, Key, Provider
from ccr.errors import CommandError
from ccr.run.checkup import cases, check
from tests.vendor import chat_reply, vendor

KEYS = (Key("sk-first-0123456789abcdef"), Key("sk-other-0123456789abcdef"))
CONFIG = Config(
    providers=(
        Provider(name="a", url="http://127.0.0.1:9", keys=KEYS, models=("m", "n")),
        Provider(name="b", url="http://127.0.0.1:9", models=("o",)),
        Provider(name="c", url="http://127.0.0.1:9"),
    )
)


def test_cases_are_every_key_with_every_model() -> None:
    found = [(case.provider.name, case.model, case.key) for case in cases(CONFIG)]
    assert found == [
        ("a", "m", "#1 sk-f...cdef"),
        ("a", "n", "#1 sk-f...cdef"),
        ("a", "m", "#2 sk-o...cdef"),
        ("a", "n", "#2 sk-o...cdef"),
        ("b", "o", ""),
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("x", "configured are: a, b, c"), ("c", "name one: `ccr test c,MODEL`")],
)
def test_nothing_to_try_is_an_error(wanted: str, expected: str) -> None:
    with pytest.raises(CommandError, match=expected):
        cases(CONFIG, wanted)


def test_nothing_configured_is_an_error() -> None:
    with pytest.raises(CommandError, match="ccr setup"):
        cases(Config())


def test_results_keep_the_order_of_the_cases() -> None:
    with vendor(lambda request: chat_reply(request.body)) as made:
        provider = Provider(name="a", url=made.url, keys=KEYS, models=("m", "n"))
        config = Config(providers=(provider,))
        seen: list[str] = []
        results = check(config, cases(config), env={}, seconds=5, seen=lambda result: seen.append(result.model))
    assert [(r.key[:2], r.model, r.ok) for r in results] == [
        ("#1", "m", True),
        ("#1", "n", True),
        ("#2", "m", True),
        ("#2", "n", True),
    ]
    assert sorted(seen) == ["m", "m", "n", "n"]
