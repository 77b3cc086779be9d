import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ccr.core.jsonio import dump
from ccr.errors import NotFound, RequestError
from ccr.route.agents import Agents
from ccr.route.catalog import Catalog, Model
from ccr.route.decide import Decision, decide, read_facts, wants_tokens
from ccr.route.routes import Route, Routes
from ccr.route.scenario import RULES
from ccr.route.session import find_agent
from ccr.route.table import read_table
from tests.route.samples import CAPTURES, CATALOG, IMAGE, ROUTES, TITLE_FORMAT, body, user

TAG = "<CCR-SUBAGENT-MODEL>local,shared</CCR-SUBAGENT-MODEL>"
WEB = {"type": "web_search_20250305", "name": "web_search"}

Ask = dict[str, Any]
"""A body, and beside it what the server knows: `agent`, `tokens`, `custom`; `rules` for the table, `agents` for
router mode."""

SIGNS: dict[str, Callable[[Ask], Ask]] = {
    "custom": lambda ask: {**ask, "custom": "main,small"},
    "explicit": lambda ask: {**ask, "body": {**ask["body"], "model": "local,blind"}},
    "rules": lambda ask: {**ask, "rules": [{"when": {"text": "hi|x"}, "model": "openrouter,shared"}]},
    "subagent": lambda ask: {**ask, "agent": "a1"},
    "longContext": lambda ask: {**ask, "tokens": 70_000},
    "background": lambda ask: {**ask, "body": {**ask["body"], "model": "claude-haiku-4-5"}},
    "webSearch": lambda ask: {**ask, "body": {**ask["body"], "tools": [WEB]}},
    "think": lambda ask: {**ask, "body": {**ask["body"], "output_config": {"effort": "max"}}},
    "image": lambda ask: {**ask, "body": {**ask["body"], "messages": [user(IMAGE, "hi")]}},
    "tier": lambda ask: {**ask, "body": {**ask["body"], "model": "claude-opus-4-8"}},
    "agents": lambda ask: {**ask, "agents": True},
    "default": lambda ask: ask,
}
TARGETS = {
    "custom": "Main,small",
    "explicit": "local,blind",
    "rules": "openrouter,shared",
    "subagent": "local,shared",
    "longContext": "openrouter,huge",
    "background": "local,qwen:7b",
    "webSearch": "openrouter,shared",
    "think": "Main,Thinker",
    "image": "local,eye",
    "tier": "openrouter,anthropic/claude-3.5-sonnet",
    "agents": "Main,small",
    "default": "Main,big",
}
ORDER = [name for name, _ in RULES]


def run(ask: Ask, routes: Routes = ROUTES, catalog: Catalog = CATALOG) -> Decision:
    facts = read_facts(ask["body"], agent=ask.get("agent", ""))
    if ask.get("agents"):
        routes = replace(routes, agents=Agents("local,qwen:7b", "main,small"))
    if ask.get("rules"):
        routes = replace(routes, table=read_table(ask["rules"], []))
    more = {name: ask[name] for name in ("tokens", "custom", "last_prompt") if name in ask}
    return decide(facts, routes, catalog, **more)


def test_order_of_the_rules() -> None:
    assert list(SIGNS) == ORDER


@pytest.mark.parametrize("name", ORDER)
def test_rule_decides(name: str) -> None:
    decision = run(SIGNS[name]({"body": body()}))
    assert (decision.scenario, decision.route) == (name, TARGETS[name])
    assert [rule for rule, _ in decision.rejected] == ORDER[: ORDER.index(name)]
    assert all(why for _, why in decision.rejected)
    assert decision.reason
    assert "\n" not in decision.reason


def competing() -> list[tuple[str, str]]:
    """Return the pairs of rules, the stronger first. The same field can't ask for two models at once."""
    by_model = {"explicit", "background", "tier"}
    return [pair for pair in itertools.combinations(ORDER, 2) if not by_model.issuperset(pair)]


@pytest.mark.parametrize(("stronger", "weaker"), competing())
def test_stronger_rule_wins(stronger: str, weaker: str) -> None:
    decision = run(SIGNS[stronger](SIGNS[weaker]({"body": body()})))
    assert (decision.scenario, decision.route) == (stronger, TARGETS[stronger])


def test_title_goes_to_background_whatever_tier_asks() -> None:
    title = body("claude-opus-4-8", tools=[], output_config={"format": TITLE_FORMAT, "effort": "max"})
    assert run({"body": title}).scenario == "background"


def test_tag_wins_over_the_agent_header_and_is_taken_out() -> None:
    facts = read_facts(body(said=f"{TAG}look"), agent="a1")
    assert b"CCR-SUBAGENT" not in dump(facts.body)
    assert decide(facts, replace(ROUTES, rules={}), CATALOG, tokens=99_999).route == "local,shared"


def test_tag_is_taken_out_when_another_rule_wins() -> None:
    facts = read_facts(body("main,big", f"{TAG}look"))
    assert b"CCR-SUBAGENT" not in dump(facts.body)
    assert decide(facts, ROUTES, CATALOG).scenario == "explicit"


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("2.1.197 first request", "tier"),
        ("2.1.197 title", "background"),
        ("2.1.197 model probe", "explicit"),
        ("2.1.197 provider,model", "explicit"),
        ("2.1.197 plan mode", "think"),
        ("2.1.197 plan mode, tool loop", "think"),
        ("2.1.197 plan mode, second prompt", "think"),
        ("2.1.197 plan mode left", "tier"),
        ("2.1.197 subagent with tag", "subagent"),
        ("2.1.197 after the subagent", "tier"),
        ("2.1.197 agent with tag in its prompt", "subagent"),
        ("2.1.197 image read", "image"),
        ("2.1.197 ultrathink", "think"),
        ("2.1.197 effort max", "think"),
        ("2.1.197 web search", "webSearch"),
        ("2.1.197 after the web search", "tier"),
        ("2.1.197 haiku", "background"),
        ("2.1.197 sonnet-4-5 plan mode, tool loop", "think"),
        ("2.0.77 plan mode", "think"),
        ("2.0.77 plan mode, second prompt", "think"),
        ("2.0.77 plan mode left", "default"),
        ("2.0.77 paths of a command", "background"),
        ("2.0.77 warm-up", "background"),
        ("2.0.77 subagent with tag", "subagent"),
        ("2.0.77 ultrathink", "think"),
        ("1.0.128 plan mode, tool loop", "think"),
        ("1.0.128 plan mode left", "default"),
        ("1.0.128 title", "background"),
        ("1.0.128 ultrathink", "think"),
    ],
)
def test_real_client_is_routed(name: str, scenario: str) -> None:
    capture = CAPTURES[name]
    catalog = Catalog({**CATALOG.providers, "mock": {"gpt-5": Model(), "small": Model()}})
    facts = read_facts(capture["body"], agent=find_agent(capture["headers"]))
    assert decide(facts, ROUTES, catalog).scenario == scenario


@pytest.mark.parametrize("model", ["claude-next-9", "opus", "sonnet[1m]", "claude-3-5-haiku-20241022", "best"])
def test_claude_s_own_names_are_always_served(model: str) -> None:
    assert run({"body": body(model)}, Routes(rules={"default": Route("main,big")})).route == "Main,big"


def test_subagent_tag_goes_before_the_table() -> None:
    ask = SIGNS["rules"]({"body": body(said=f"{TAG}hi")})
    assert run(ask).scenario == "subagent"


def test_table_whose_model_is_not_there_leaves_the_other_rules() -> None:
    rules = [{"when": {}, "model": "gone,m"}, {"when": {"text": "nothing"}, "model": "main,small"}]
    decision = run({"body": body(), "rules": rules})
    assert decision.scenario == "default"
    assert "'gone'" in dict(decision.rejected)["rules"]


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [("> 25000", 25_000), ("< 900", 899), (1000, 1000), ("> 500000", 60_000), (None, 60_000)],
)
def test_table_says_up_to_where_a_count_changes_nothing(tokens: Any, expected: int) -> None:
    when = {} if tokens is None else {"tokens": tokens}
    rules = [{"when": {**when, "text": "hi"}, "model": "openrouter,shared"}]
    routes = replace(ROUTES, table=read_table(rules, []))
    if tokens is None:
        routes = replace(ROUTES, table=read_table([{"when": {"text": "no"}, "model": "main,small"}], []))
    facts = read_facts(body())
    assert wants_tokens(facts, routes, CATALOG) == expected
    for size in (0, expected // 2, expected):
        assert (
            decide(facts, routes, CATALOG, tokens=size).route == decide(facts, routes, CATALOG, tokens=expected).route
        )


def test_agents_that_are_not_there_leave_the_default() -> None:
    decision = run({"body": body()}, replace(ROUTES, agents=Agents("gone,r", "gone,t")))
    assert (decision.scenario, decision.route) == ("default", "Main,big")
    assert "'gone'" in dict(decision.rejected)["agents"]


@pytest.mark.parametrize("model", ["gone,m", "gpt-7"])
def test_unknown_explicit_model_is_an_error_for_both(model: str) -> None:
    facts = read_facts(body(model))
    with pytest.raises(NotFound):
        decide(facts, ROUTES, CATALOG)
    with pytest.raises(NotFound):
        wants_tokens(facts, ROUTES, CATALOG)


WINDOWS = Catalog(
    {"p": {"s": Model(window=32_000), "m": Model(window=128_000), "l": Model(window=1_000_000), "x": Model()}}
)


@pytest.mark.parametrize(
    ("rules", "tokens", "scenario", "route"),
    [
        pytest.param({"default": "p,s", "longContext": "p,l"}, 31_999, "default", "p,s", id="fits"),
        pytest.param({"default": "p,s", "longContext": "p,l"}, 32_000, "longContext", "p,l", id="below the threshold"),
        pytest.param({"default": "p,s", "longContext": "p,x"}, 40_000, "longContext", "p,x", id="window not known"),
        pytest.param({"default": "p,s", "think": "p,m"}, 70_000, "longContext", "p,m", id="no long context route"),
        pytest.param({"default": "p,s", "think": "p,x"}, 70_000, "default", "p,s", id="no larger one known"),
        pytest.param({"default": "p,s"}, 70_000, "default", "p,s", id="alone"),
        pytest.param({"default": "p,l", "longContext": "p,m"}, 100_000, "longContext", "p,m", id="long, fits"),
        pytest.param({"default": "p,l", "longContext": "p,m"}, 150_000, "longContext", "p,l", id="default has more"),
        pytest.param({"default": "p,s", "longContext": "p,m"}, 150_000, "longContext", "p,m", id="nothing fits"),
        pytest.param({"default": "p,x", "longContext": "p,gone"}, 50_000, "default", "p,x", id="unknown is trusted"),
    ],
)
def test_prompt_goes_where_it_fits(rules: Mapping[str, str], tokens: int, scenario: str, route: str) -> None:
    routes = Routes(rules={name: Route(model) for name, model in rules.items()})
    decision = run({"body": body(), "tokens": tokens}, routes, WINDOWS)
    assert (decision.scenario, decision.route) == (scenario, route)


def test_prompt_that_fits_nowhere_is_told() -> None:
    decision = run({"body": body(), "tokens": 50_000}, Routes(rules={"default": Route("p,s")}), WINDOWS)
    assert "no configured model has a larger window than its 32,000 for 50,000 tokens" in decision.reason


def test_replaced_choice_is_among_the_rejected() -> None:
    routes = Routes(rules={"background": Route("p,s"), "default": Route("p,l")})
    decision = run({"body": body("haiku"), "tokens": 40_000}, routes, WINDOWS)
    assert decision.route == "p,l"
    assert decision.rejected[-1] == ("background", "the prompt doesn't fit its model's window")
    assert decision.reason == "40,000 tokens don't fit the window of 32,000 of 'p,s'"


def test_explicit_choice_is_never_replaced() -> None:
    decision = run(
        {"body": body("p,s", [IMAGE]), "tokens": 50_000}, Routes(rules={"longContext": Route("p,l")}), WINDOWS
    )
    assert decision.route == "p,s"
    assert decision.numbers.window == 32_000


@pytest.mark.parametrize(
    ("think", "scenario"),
    [pytest.param("local,blind", "image", id="blind"), pytest.param("local,eye", "think", id="seeing")],
)
def test_image_does_not_go_to_a_model_known_to_be_blind(think: str, scenario: str) -> None:
    routes = replace(ROUTES, rules={**ROUTES.rules, "think": Route(think)})
    request = body(said=[IMAGE], thinking={"type": "enabled", "budget_tokens": 5000})
    assert run({"body": request}, routes).scenario == scenario
    assert run({"body": request}, replace(routes, describes_images=True)).scenario == "think"


def test_image_stays_where_the_image_route_is_no_better() -> None:
    routes = Routes(
        rules={"default": Route("local,blind"), "think": Route("local,blind"), "image": Route("local,blind")}
    )
    assert run({"body": body(said=[IMAGE, {"type": "text", "text": "ultrathink"}])}, routes).scenario == "think"
    assert run({"body": body(said=[IMAGE])}, Routes(rules={"default": Route("local,blind")})).scenario == "default"


def test_long_image_request_goes_to_a_seeing_model() -> None:
    models = {
        "s": Model(window=1000),
        "blind": Model(window=9000, images=False),
        "eye": Model(window=9000, images=True),
    }
    routes = Routes(rules={"default": Route("p,s"), "longContext": Route("p,blind"), "think": Route("p,eye")})
    assert run({"body": body(said=[IMAGE]), "tokens": 2000}, routes, Catalog({"p": models})).route == "p,eye"
    assert run({"body": body(), "tokens": 2000}, routes, Catalog({"p": models})).route == "p,blind"


@pytest.mark.parametrize("model", ["claude-opus-4-8", "p,s"])
def test_decision_tells_who_takes_prompts_that_prove_too_long(model: str) -> None:
    catalog = Catalog({"p": {"s": Model(), "l": Model()}})
    routes = Routes(rules={"default": Route("p,s"), "longContext": Route("p,l")})
    assert run({"body": {**body(), "model": model}}, routes, catalog).relief == "p,l"
    assert run({"body": body()}, Routes(rules={"default": Route("p,s")}), catalog).relief == ""


def test_decision_tells_its_numbers() -> None:
    decision = run({"body": body(), "tokens": 70_000, "last_prompt": 80_000})
    numbers = decision.numbers
    assert (numbers.tokens, numbers.threshold, numbers.last_prompt, numbers.window) == (
        70_000,
        60_000,
        80_000,
        1_000_000,
    )
    assert decision.reason == "70,000 tokens are over the threshold of 60,000"


@pytest.mark.parametrize(
    ("scenario", "keys"),
    [
        ("think", ("think",)),
        ("default", ("default",)),
        ("explicit", ("explicit", "default")),
        ("tier", ("tier", "default")),
    ],
)
def test_fallbacks_of_a_decision(scenario: str, keys: tuple[str, ...]) -> None:
    assert run(SIGNS[scenario]({"body": body()})).fallbacks == keys


@pytest.mark.parametrize(
    ("rules", "ask", "expected"),
    [
        pytest.param({"default": "p,x"}, {}, None, id="nothing to count for"),
        pytest.param({"default": "p,x", "longContext": "p,l"}, {}, 60_000, id="threshold"),
        pytest.param({"default": "p,x", "longContext": "p,l"}, {"last_prompt": 60_001}, 20_000, id="long session"),
        pytest.param({"default": "p,x", "longContext": "p,l"}, {"last_prompt": 60_000}, 60_000, id="short session"),
        pytest.param({"default": "p,s", "longContext": "p,l"}, {}, 31_999, id="small window"),
        pytest.param({"default": "p,s", "longContext": "p,x"}, {}, 31_999, id="small window, the other not known"),
        pytest.param({"default": "p,s", "think": "p,m"}, {}, 31_999, id="small window, no long context"),
        pytest.param({"default": "p,s"}, {}, None, id="small window, no choice"),
        pytest.param({"default": "p,l", "longContext": "p,m"}, {}, 60_000, id="large window"),
        pytest.param(
            {"default": "p,x", "background": "p,s", "longContext": "p,l"}, {}, 60_000, id="not the one chosen"
        ),
        pytest.param({"subagent": "p,x", "longContext": "p,l"}, {"agent": "a1"}, None, id="subagent"),
        pytest.param({"default": "p,x", "longContext": "p,l"}, {"custom": "p,s"}, None, id="custom router"),
        pytest.param({"default": "p,x", "longContext": "p,l"}, {"body": body("p,m")}, None, id="explicit"),
        pytest.param({"default": "p,x", "longContext": "gone,m"}, {}, 60_000, id="broken route"),
    ],
)
def test_tokens_are_wanted_only_where_they_matter(rules: Mapping[str, str], ask: Ask, expected: int | None) -> None:
    routes = Routes(rules={name: Route(model) for name, model in rules.items()})
    facts = read_facts(ask.get("body", body()), agent=ask.get("agent", ""))
    if ask.get("agents"):
        routes = replace(routes, agents=Agents("local,qwen:7b", "main,small"))
    if ask.get("rules"):
        routes = replace(routes, table=read_table(ask["rules"], []))
    more = {name: ask[name] for name in ("custom", "last_prompt") if name in ask}
    limit = wants_tokens(facts, routes, WINDOWS, **more)
    assert limit == expected


OBJECTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["user", "system", "text"])
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["role", "content", "type", "text", "tool_result", "image", "effort", "format", "schema", "properties"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)
FIELDS = ("model", "messages", "system", "tools", "thinking", "output_config", "metadata", "stream")
MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "system"]), "content": OBJECTS}) | OBJECTS,
    max_size=5,
)
BODIES = st.dictionaries(st.sampled_from(FIELDS), OBJECTS) | st.builds(
    lambda messages, more: {**more, "messages": messages}, MESSAGES, st.dictionaries(st.sampled_from(FIELDS), OBJECTS)
)


@settings(max_examples=300, deadline=None)
@given(request_body=BODIES, tokens=st.none() | st.integers(0, 10**9))
def test_arbitrary_json_is_routed_or_refused_politely(request_body: dict[str, Any], tokens: int | None) -> None:
    before = dump(request_body)
    facts = read_facts(request_body)
    try:
        limit = wants_tokens(facts, ROUTES, CATALOG)
        decision = decide(facts, ROUTES, CATALOG, tokens=tokens)
    except RequestError:
        assert facts.model
    else:
        assert limit is None or limit > 0
        assert decision.provider in CATALOG.providers
    assert dump(request_body) == before


@settings(max_examples=200, deadline=None)
@given(bound=st.integers(0, 31_999), share=st.floats(0, 1), last_prompt=st.sampled_from([0, 60_000, 60_001, 100_000]))
def test_bound_within_the_wanted_limit_decides_like_the_count(bound: int, share: float, last_prompt: int) -> None:
    facts = read_facts(body())
    routes = replace(ROUTES, rules={**ROUTES.rules, "default": Route("main,small")})
    limit = wants_tokens(facts, routes, CATALOG, last_prompt=last_prompt)
    assert limit == (20_000 if last_prompt > 60_000 else 31_999)
    bound = min(bound, limit)
    by_bound = decide(facts, routes, CATALOG, tokens=bound, last_prompt=last_prompt)
    by_count = decide(facts, routes, CATALOG, tokens=int(bound * share), last_prompt=last_prompt)
    assert (by_bound.route, by_bound.scenario) == (by_count.route, by_count.scenario)


def test_large_body_is_decided_quickly() -> None:
    turn = [user("x" * 5000), {"role": "assistant", "content": [{"type": "text", "text": "y" * 5000}]}]
    facts = read_facts(body(messages=turn * 100))
    began = time.process_time()
    for _ in range(10):
        read_facts(facts.body)
        wants_tokens(facts, ROUTES, CATALOG)
        decide(facts, ROUTES, CATALOG, tokens=50_000)
    assert (time.process_time() - began) / 10 < 0.02
