from typing import Any

import pytest

from ccr.status.variable import Sources, filled, folder_name, variables

STATUS: dict[str, Any] = {
    "session_id": "0123456789",
    "version": "2.1",
    "model": {"display_name": "Opus"},
    "workspace": {"current_dir": "/a/b"},
    "context_window": {
        "context_window_size": 200_000,
        "total_input_tokens": 1234,
        "current_usage": {"input_tokens": 1000, "cache_read_input_tokens": 49_000},
    },
    "cost": {"total_cost_usd": 1.5, "total_duration_ms": 65_000, "total_lines_added": 5, "total_lines_removed": 7},
}
SESSION: dict[str, Any] = {
    "active": 1,
    "requests": 3,
    "usage": {"input": 10, "cache_read": 90, "output": 2000},
    "last": {
        "provider": "p",
        "model": "real",
        "scenario": "think",
        "instead_of": "q,x",
        "usage": {"input": 50, "cache_read": 50},
        "ttft_ms": 340,
        "tokens_per_second": 41.7,
        "cost": 0.02,
    },
    "cost": 0.25,
}


def values(status: Any = STATUS, *, reply: Any = None, session: Any = None, default: str = "") -> dict[str, str]:
    return variables(Sources(status, reply=reply or {}, session=session or {}, default=default, branch="main"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("workDirName", "b"),
        ("gitBranch", "main"),
        ("sessionId", "01234567"),
        ("version", "2.1"),
        ("contextPercent", "25"),
        ("contextWindowSize", "200k"),
        ("totalInputTokens", "1.2k"),
        ("totalOutputTokens", ""),
        ("cost", "$1.50"),
        ("duration", "1m 5s"),
        ("linesAdded", "5"),
        ("linesRemoved", "7"),
        ("netLines", "-2"),
        ("provider", ""),
        ("isStreaming", ""),
    ],
)
def test_placeholder_comes_from_claude_codes_report(name: str, expected: str) -> None:
    assert values()[name] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("model", "real"),
        ("providerModel", "p,real"),
        ("route", "think"),
        ("fallback", "instead of q,x"),
        ("cacheHit", "50%"),
        ("sessionCacheHit", "90%"),
        ("sessionInputTokens", "100"),
        ("sessionOutputTokens", "2.0k"),
        ("tokenSpeed", "42"),
        ("timeToFirstToken", "340"),
        ("isStreaming", "streaming"),
        ("streamingIndicator", "[Streaming]"),
        ("requests", "3"),
    ],
)
def test_placeholder_comes_from_the_router(name: str, expected: str) -> None:
    assert values(session=SESSION)[name] == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"session": SESSION, "reply": {"model": "seen"}, "default": "p,d"}, "real"),
        ({"reply": {"model": "seen"}, "default": "p,d"}, "seen"),
        ({"default": "p,a,b"}, "a,b"),
        ({}, "Opus"),
    ],
)
def test_model_is_the_most_certain_one(sources: dict[str, Any], expected: str) -> None:
    assert values(**sources)["model"] == expected


def test_tokens_are_those_of_the_last_reply() -> None:
    found = values(reply={"usage": {"input_tokens": 999, "output_tokens": 15_300}})
    assert (found["inputTokens"], found["outputTokens"]) == ("999", "15.3k")


def test_odd_report_has_every_placeholder_empty() -> None:
    found = values({"workspace": 5, "cost": [], "context_window": {"current_usage": None}, "model": "x"})
    assert set(found.values()) == {"", "main"}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{{a}}}", "{1}"),
        ("{{a}}}}", "1}}"),
        ("{{a}b}}{{a }}{{}}", "{{a}b}}{{a }}{{}}"),
        ("{{x{{a}}", "{{x1"),
        ("{{a_b}}{{größe}}", "23"),
        ("{{a", "{{a"),
        ("", ""),
    ],
)
def test_only_words_in_double_braces_are_placeholders(template: str, expected: str) -> None:
    assert filled(template, {"a": "1", "a_b": "2", "größe": "3"}) == expected


def test_filled_leaves_nothing_of_unknown_placeholders() -> None:
    assert filled("{{a}}-{{nope}}-{b}", {"a": "1"}) == "1--{b}"


@pytest.mark.parametrize(("path", "name"), [("/a/b c/", "b c"), ("C:\\a\\b", "b"), ("/", ""), ("", "")])
def test_folder_name_is_the_last_part(path: str, name: str) -> None:
    assert folder_name(path) == name


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "$0.25"),
        ({"unpriced": 1}, "$0.25+"),
        ({"cost": 0, "unpriced": 3}, ""),
        ({"requests": 0, "cost": 0}, "$1.50"),
    ],
    ids=["known", "in part", "not", "no router"],
)
def test_cost_is_the_routers_where_there_is_one(changes: dict[str, Any], expected: str) -> None:
    found = values(session={**SESSION, **changes})
    assert (found["cost"], found["requestCost"]) == (expected, "$0.02")
    assert found["sessionCost"] == ("" if "requests" in changes else expected)
