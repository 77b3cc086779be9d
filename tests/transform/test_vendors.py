import pytest
from msgspec.structs import replace

from ccr.dialect.vendor import Vendor
from ccr.dialect.vendor_table import UNKNOWN, find, for_model, named
from tests.transform.case import context, edit, request

LOCAL = find("http://127.0.0.1:9/v1/chat/completions")


@pytest.mark.parametrize("name", ["deepseek", "openrouter", "vercel", "groq", "cerebras"])
@pytest.mark.parametrize("here", [UNKNOWN, LOCAL], ids=["unknown", "local"])
def test_unknown_provider_becomes_the_vendor_named(name: str, here: Vendor) -> None:
    where = context(here)
    edit(name, None, request(), where)
    expected = replace(named(name), images=True, max_output=where.vendor.max_output)
    assert where.vendor == expected


@pytest.mark.parametrize("images", [True, False])
@pytest.mark.parametrize("name", ["deepseek", "openrouter", "groq", "cerebras"])
def test_what_a_model_behind_a_gateway_can_see_is_not_told_by_the_vendors_name(name: str, images: bool) -> None:
    where = context(replace(UNKNOWN, images=images), "doubao-1.5-vision-pro")
    edit(name, None, request(), where)
    assert where.vendor.images == images


def test_unknown_provider_keeps_its_wire_format_and_key_header() -> None:
    where = context(find("https://example.org/v1/messages"))
    edit("deepseek", None, request(), where)
    assert (where.vendor.name, where.vendor.dialect, where.vendor.auth) == ("deepseek", "anthropic", "x-api-key")


def test_known_vendor_keeps_its_ways_but_gives_reasoning_back() -> None:
    where = context("volcengine", "deepseek-v3-250324")
    before = where.vendor
    edit("deepseek", None, request(), where)
    assert where.vendor == replace(before, replay="reasoning_content", max_output=8192)
    where = context("openrouter")
    edit("deepseek", None, request(), where)
    assert where.vendor.replay == "reasoning_details"


@pytest.mark.parametrize("name", ["deepseek", "openrouter", "groq"])
def test_vendor_at_its_own_address_stays_as_it_is(name: str) -> None:
    where = context(replace(named(name), max_output=500))
    before = where.vendor
    edit(name, None, request(), where)
    assert where.vendor == before


@pytest.mark.parametrize(
    ("vendor", "model", "limit"),
    [
        ("unknown", "deepseek-chat", 8192),
        ("unknown", "anything", 8192),
        ("deepseek", "deepseek-chat", 8192),
        ("deepseek", "deepseek-reasoner", 65536),
        ("deepseek", "deepseek-v4-pro", 384_000),
        ("unknown", "deepseek-v4-flash", 384_000),
        ("volcengine", "deepseek-v3-250324", 8192),
    ],
)
def test_deepseek_caps_the_output_unless_the_model_takes_more(vendor: str, model: str, limit: int) -> None:
    where = context(vendor, model)
    edit("deepseek", None, request(), where)
    assert where.vendor.max_output == limit


def test_deepseek_leaves_the_users_own_limit() -> None:
    where = context(replace(for_model(named("deepseek"), "deepseek-chat"), max_output=4000), "deepseek-chat")
    edit("deepseek", None, request(), where)
    assert where.vendor.max_output == 4000


@pytest.mark.parametrize("name", ["openrouter", "vercel"])
def test_options_of_gateways_go_into_the_body(name: str) -> None:
    where = context(name)
    edit(name, {"provider": {"only": ["moonshotai/fp8"]}, "max_tokens": 100}, request(), where)
    assert where.extra == {"provider": {"only": ["moonshotai/fp8"]}, "max_tokens": 100}


@pytest.mark.parametrize(("model", "cached"), [("anthropic/claude-sonnet-4", True), ("moonshotai/kimi-k2", False)])
def test_openrouter_marks_cache_points_for_claude_only(model: str, cached: bool) -> None:
    where = context(UNKNOWN, model)
    edit("openrouter", None, request(), where)
    assert where.vendor.cache_control is cached
