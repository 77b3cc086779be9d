from datetime import UTC, datetime
from typing import Any

import pytest

from ccr.errors import ConfigError
from ccr.route.routes import THRESHOLD, Route, Routes, ThinkSigns, read_routes

NIGHT = {"hours": "00:30-08:30", "model": "cheap,m"}
AT_NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
AT_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_routes_and_aliases_are_told_apart() -> None:
    routes = read_routes(
        {"default": " a,b ", "webSearch": "c,d", "opus": "e,f", "think": "", "image": None, "haiku": {}}
    )
    assert routes == Routes(rules={"default": Route("a,b"), "webSearch": Route("c,d")}, aliases={"opus": Route("e,f")})


@pytest.mark.parametrize(("given", "expected"), [(None, THRESHOLD), (0, THRESHOLD), (32_000, 32_000), (1e5, 100_000)])
def test_threshold(given: Any, expected: int) -> None:
    assert read_routes({"longContextThreshold": given}).threshold == expected


def test_flag_of_the_image_agent_is_kept() -> None:
    assert read_routes({}, describes_images=True).describes_images


@pytest.mark.parametrize(
    "router",
    [
        pytest.param({"default": {"model": "a,b", "schedule": [NIGHT]}}, id="in the route"),
        pytest.param({"default": "a,b", "schedule": {"default": [NIGHT]}}, id="beside the routes"),
    ],
)
def test_schedule_changes_the_route_in_its_hours(router: dict[str, Any]) -> None:
    routes = read_routes(router)
    assert routes.at(AT_NOON).rules["default"] == Route("a,b")
    at_night = routes.at(AT_NIGHT).rules["default"]
    assert at_night.model == "cheap,m"
    assert "00:30-08:30 UTC" in at_night.note


def test_first_open_window_wins_also_for_an_alias() -> None:
    late = {"hours": "02:00-04:00", "model": "later,m"}
    routes = read_routes({"opus": {"model": "a,b", "schedule": [late, NIGHT]}, "schedule": {"opus": [NIGHT]}})
    assert routes.at(AT_NIGHT).aliases["opus"].model == "later,m"
    assert len(routes.aliases["opus"].windows) == 3


@pytest.mark.parametrize(
    ("value", "fallback"),
    [
        (["a,b"], ()),
        (["a,b", "c,d", "e,f"], ("c,d", "e,f")),
        ({"model": "a,b", "fallback": [" c,d "]}, ("c,d",)),
    ],
)
def test_a_route_may_bring_its_own_fallbacks(value: Any, fallback: tuple[str, ...]) -> None:
    assert read_routes({"default": value, "opus": value}) == Routes(
        rules={"default": Route("a,b", fallback=fallback)}, aliases={"opus": Route("a,b", fallback=fallback)}
    )


def test_fallbacks_are_the_same_at_any_hour() -> None:
    routes = read_routes({"default": {"model": "a,b", "schedule": [NIGHT], "fallback": ["c,d"]}})
    assert [routes.at(now).rules["default"].fallback for now in (AT_NOON, AT_NIGHT)] == [("c,d",), ("c,d",)]


def test_routes_without_schedule_are_the_same_at_any_time() -> None:
    routes = read_routes({"default": "a,b"})
    assert routes.at(AT_NIGHT) is routes


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ThinkSigns()),
        ({"budget": True}, ThinkSigns(budget=0)),
        ({"budget": False}, ThinkSigns(budget=None)),
        ({"budget": 10_000}, ThinkSigns(budget=10_000)),
        ({"planMode": False}, ThinkSigns(plan_mode=False)),
        ({"efforts": ["high"], "keywords": []}, ThinkSigns(efforts=("high",), keywords=())),
    ],
)
def test_signs_of_thinking_are_configurable(given: dict[str, Any], expected: ThinkSigns) -> None:
    assert read_routes({"thinkWhen": given}).think == expected


def test_every_problem_is_told_with_its_path() -> None:
    router = {
        "default": 5,
        "think": {"model": "a,b", "schedule": [NIGHT, {"hours": "x"}]},
        "image": {"model": "a,b", "schedule": "always"},
        "background": {"model": "a,b", "fallback": "c,d"},
        "schedule": {"webSearch": [NIGHT]},
        "longContextThreshold": "60k",
        "thinkWhen": {"budget": -1, "planMode": "yes", "efforts": "max", "keywords": [""]},
    }
    with pytest.raises(ConfigError) as caught:
        read_routes(router)
    paths = [line.partition(": ")[0] for line in str(caught.value).splitlines()]
    assert paths == [
        "Router.default",
        "Router.think.schedule[1]",
        "Router.image.schedule",
        "Router.background.fallback",
        "Router.schedule.webSearch",
        "Router.longContextThreshold",
        "Router.thinkWhen.budget",
        "Router.thinkWhen.planMode",
        "Router.thinkWhen.efforts",
        "Router.thinkWhen.keywords",
    ]


@pytest.mark.parametrize(
    "router",
    [{"schedule": []}, {"thinkWhen": {"mood": 1}}, {"longContextThreshold": True}, {"longContextThreshold": -1}],
)
def test_odd_setting_is_a_problem(router: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="Router"):
        read_routes(router)
