from typing import Any

import pytest
from msgspec.structs import replace

from ccr.errors import NotFound, Unavailable
from ccr.route import scenario
from ccr.route.catalog import Catalog, Model
from ccr.route.routes import Route, Routes
from ccr.route.scenario import RULES, Case, Facts, Hit, Rule
from tests.route.samples import CATALOG, IMAGE, ROUTES, TITLE_FORMAT, body, result, system, user

OLD_TOPIC = "Analyze if this message indicates a new topic. Format as JSON with the fields 'isNewTopic' and 'title'."


def case(request_body: dict[str, Any], **more: Any) -> Case:
    facts = Facts(request_body, tag=more.pop("tag", ""), agent=more.pop("agent", ""))
    return Case(facts, more.pop("routes", ROUTES), more.pop("catalog", CATALOG), **more)


def outcome(rule: Rule, given: Case) -> str:
    """Return the target of a hit, or an empty string."""
    found = rule(given)
    return found.target.name if isinstance(found, Hit) else ""


def form(*fields: str) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "schema": {"properties": {field: {} for field in fields}}}}


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        pytest.param(scenario.custom, case(body(), custom="local,eye"), "local,eye", id="custom router"),
        pytest.param(scenario.custom, case(body(), custom="fast"), "local,blind", id="custom router, alias"),
        pytest.param(scenario.custom, case(body(), custom="gone,m"), "", id="custom router, unknown"),
        pytest.param(scenario.custom, case(body()), "", id="no custom router"),
        pytest.param(scenario.explicit, case(body("MAIN,Big")), "Main,big", id="provider,model"),
        pytest.param(scenario.explicit, case(body("claude-router/main,big")), "Main,big", id="from the model list"),
        pytest.param(scenario.explicit, case(body("huge")), "openrouter,huge", id="bare model"),
        pytest.param(scenario.explicit, case(body("Fast")), "local,blind", id="alias"),
        pytest.param(scenario.explicit, case(body("opus")), "", id="tier with an alias"),
        pytest.param(scenario.explicit, case(body("claude-next-9")), "", id="unknown Claude model"),
        pytest.param(scenario.explicit, case(body("vendor/claude-next-9")), "", id="unknown Claude model of a vendor"),
        pytest.param(scenario.explicit, case({}), "", id="no model"),
        pytest.param(scenario.explicit, case({"model": 5}), "", id="odd model"),
        pytest.param(scenario.subagent, case(body(), tag="local,eye"), "local,eye", id="tag"),
        pytest.param(scenario.subagent, case(body(), tag="fast"), "local,blind", id="tag with an alias"),
        pytest.param(
            scenario.subagent, case(body(), tag="opus"), "openrouter,anthropic/claude-3.5-sonnet", id="tag, tier"
        ),
        pytest.param(scenario.subagent, case(body(), tag="provider,model"), "", id="tag that is only quoted"),
        pytest.param(
            scenario.subagent, case(body(), tag="gone,m", agent="a1"), "local,shared", id="bad tag of a subagent"
        ),
        pytest.param(scenario.subagent, case(body(), agent="a1"), "local,shared", id="agent header"),
        pytest.param(scenario.subagent, case(body(), agent="a1", routes=Routes()), "", id="agent header, no route"),
        pytest.param(scenario.long_context, case(body(), tokens=60_001), "openrouter,huge", id="long"),
        pytest.param(scenario.long_context, case(body(), tokens=60_000), "", id="exactly the threshold"),
        pytest.param(scenario.long_context, case(body()), "", id="not counted"),
        pytest.param(
            scenario.long_context, case(body(), tokens=20_001, last_prompt=60_001), "openrouter,huge", id="goes on"
        ),
        pytest.param(scenario.long_context, case(body(), tokens=20_000, last_prompt=60_001), "", id="side request"),
        pytest.param(scenario.long_context, case(body(), tokens=20_001, last_prompt=60_000), "", id="short session"),
        pytest.param(scenario.long_context, case(body(), tokens=99_999, routes=Routes()), "", id="long, no route"),
        pytest.param(scenario.background, case(body("claude-3-5-haiku-20241022")), "local,qwen:7b", id="haiku 3.5"),
        pytest.param(scenario.background, case(body("claude-haiku-4-5-20251001")), "local,qwen:7b", id="haiku 4.5"),
        pytest.param(
            scenario.background, case(body("us.anthropic.Claude-HAIKU-9")), "local,qwen:7b", id="haiku, any case"
        ),
        pytest.param(
            scenario.background,
            case(body(tools=[], output_config={"format": TITLE_FORMAT})),
            "local,qwen:7b",
            id="title",
        ),
        pytest.param(
            scenario.background,
            case(body(tools=None, output_config=form("title", "branch"))),
            "local,qwen:7b",
            id="title, branch",
        ),
        pytest.param(scenario.background, case(body(tools=[], output_config=form("name"))), "local,qwen:7b", id="name"),
        pytest.param(
            scenario.background, case(body(output_config={"format": TITLE_FORMAT})), "", id="title, but tools"
        ),
        pytest.param(
            scenario.background, case(body(tools=[], output_config=form("title", "a", "b"))), "", id="more than a title"
        ),
        pytest.param(
            scenario.background, case(body(tools=[], output_config=form("ok", "reason"))), "", id="another schema"
        ),
        pytest.param(
            scenario.background,
            case(body(tools=[], output_config={"format": {"type": "json_schema"}})),
            "",
            id="no schema",
        ),
        pytest.param(scenario.background, case(body(tools=[], system=OLD_TOPIC)), "local,qwen:7b", id="old topic"),
        pytest.param(
            scenario.background, case(body(system=[{"type": "text", "text": OLD_TOPIC}])), "", id="old topic, but tools"
        ),
        pytest.param(scenario.background, case(body()), "", id="sonnet"),
        pytest.param(
            scenario.web_search, case(body(tools=[{"type": "web_search_20250305"}])), "openrouter,shared", id="web"
        ),
        pytest.param(scenario.web_search, case(body(tools=[{"name": "WebSearch"}, 5])), "", id="client tool"),
        pytest.param(scenario.think, case(body(said="ultrathink")), "Main,Thinker", id="think"),
        pytest.param(scenario.think, case(body()), "", id="adaptive"),
        pytest.param(scenario.image, case(body(said=[IMAGE])), "local,eye", id="image"),
        pytest.param(scenario.image, case(body(said=[result([IMAGE])])), "local,eye", id="image in a result"),
        pytest.param(
            scenario.image, case(body(messages=[user(IMAGE), system("n")])), "local,eye", id="notice after it"
        ),
        pytest.param(
            scenario.image, case(body(messages=[user(IMAGE), user("and?")])), "", id="image of an earlier turn"
        ),
        pytest.param(
            scenario.image,
            case(
                body(
                    said=[IMAGE],
                ),
                routes=replace(ROUTES, describes_images=True),
            ),
            "",
            id="agent",
        ),
        pytest.param(scenario.tier, case(body("claude-opus-4-8")), "openrouter,anthropic/claude-3.5-sonnet", id="tier"),
        pytest.param(scenario.tier, case(body("claude-sonnet-5")), "", id="tier without an alias"),
        pytest.param(scenario.tier, case(body("opus-magnum")), "", id="not Claude's"),
        pytest.param(
            scenario.tier, case(body("opus"), routes=Routes(aliases={"opus": Route("gone,m")})), "", id="bad alias"
        ),
        pytest.param(scenario.default, case(body()), "Main,big", id="default"),
        pytest.param(scenario.default, case(body(), routes=Routes()), "Main,big", id="no default"),
    ],
)
def test_rule(rule: Rule, given: Case, expected: str) -> None:
    assert outcome(rule, given) == expected


@pytest.mark.parametrize("name", ["background", "webSearch", "think", "image"])
def test_rule_without_its_route_says_so(name: str) -> None:
    given = case(
        body("haiku", [IMAGE, {"type": "text", "text": "ultrathink"}], tools=[{"type": "web_search_20250305"}]),
        routes=Routes(),
    )
    assert dict(RULES)[name](given) == f"Router.{name} is not set"


@pytest.mark.parametrize("name", ["subagent", "longContext", "background", "webSearch", "think", "image"])
def test_rule_with_a_broken_route_says_so(name: str) -> None:
    routes = Routes(rules={name: Route("gone,m")})
    request = body("haiku", [IMAGE, {"type": "text", "text": "ultrathink"}], tools=[{"type": "web_search_20250305"}])
    said = dict(RULES)[name](case(request, routes=routes, tokens=99_999, agent="a1"))
    assert isinstance(said, str)
    assert f"Router.{name} is 'gone,m': there is no provider 'gone'" in said


@pytest.mark.parametrize(
    ("model", "part"),
    [("gone,m", "no provider 'gone'"), ("gpt-7", "lists the model 'gpt-7'"), ("gone,claude-9", "'gone'")],
)
def test_explicit_model_that_is_not_there_is_an_error(model: str, part: str) -> None:
    with pytest.raises(NotFound, match=part):
        scenario.explicit(case(body(model)))


def test_explicit_alias_of_nothing_is_an_error() -> None:
    with pytest.raises(NotFound, match=r"Router\.fast is 'gone,m'"):
        scenario.explicit(case(body("fast"), routes=Routes(aliases={"fast": Route("gone,m")})))


def test_explicit_model_outside_of_the_list_is_sent_and_told() -> None:
    found = scenario.explicit(case(body("main,newer")))
    assert isinstance(found, Hit)
    assert found.why == "the client asked for 'main,newer', which is not in the list of 'Main'; it is sent as asked"


def test_haiku_alias_takes_the_haiku_models_but_not_the_side_tasks() -> None:
    routes = replace(ROUTES, aliases={"haiku": Route("local,shared")})
    said = scenario.background(case(body("claude-haiku-4-5"), routes=routes))
    assert said == "Router.haiku is for 'claude-haiku-4-5'"
    title = body("claude-haiku-4-5", tools=[], output_config={"format": TITLE_FORMAT})
    assert outcome(scenario.background, case(title, routes=routes)) == "local,qwen:7b"


def test_default_of_nothing_is_an_error() -> None:
    with pytest.raises(NotFound, match=r"Router\.default is 'gone,m'"):
        scenario.default(case(body(), routes=Routes(rules={"default": Route("gone,m")})))


def test_default_skips_providers_without_models() -> None:
    given = case(body(), routes=Routes(), catalog=Catalog({"empty": {}, "second": {"m": Model()}}))
    assert outcome(scenario.default, given) == "second,m"


def test_nothing_configured_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(Unavailable, match="add a provider") as caught:
        scenario.default(case(body(), routes=Routes(), catalog=Catalog({"empty": {}})))
    assert caught.value.should_retry is False


def test_note_of_a_schedule_is_in_the_reason() -> None:
    routes = Routes(rules={"default": Route("main,big", note="scheduled for 00:30-08:30 UTC")})
    found = scenario.default(case(body(), routes=routes))
    assert isinstance(found, Hit)
    assert found.why.endswith("(scheduled for 00:30-08:30 UTC)")
