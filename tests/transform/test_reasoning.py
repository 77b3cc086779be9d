import pytest

from ccr.core.unified import Json
from ccr.errors import ConfigError
from tests.transform.case import context, edit, make, request

ON = {"thinking": {"type": "enabled", "budget_tokens": 4000}, "enable_thinking": True}
OFF = {"thinking": {"type": "disabled"}, "enable_thinking": False}


@pytest.mark.parametrize(
    ("options", "thinking", "extra"),
    [
        ({}, {"type": "enabled", "budget_tokens": 4000}, ON),
        ({}, {"type": "adaptive"}, {"thinking": {"type": "enabled"}, "enable_thinking": True}),
        ({}, {"type": "disabled"}, OFF),
        ({}, None, {}),
        ({"enable": False}, {"type": "enabled", "budget_tokens": 4000}, OFF),
        ({"enable": "false"}, None, OFF),
    ],
)
def test_unknown_provider_is_asked_in_both_ways(options: Json, thinking: Json | None, extra: Json) -> None:
    where = context()
    sent = edit("reasoning", options, request(thinking=thinking), where)
    assert where.extra == extra
    assert sent.get("reasoning", {}).get("enabled", False) is extra.get("enable_thinking", False)


def test_known_vendor_is_asked_in_its_own_way() -> None:
    where = context("qwen", "qwen-plus")
    sent = edit("reasoning", {"enable": False}, request(), where)
    assert sent["reasoning"] == {"enabled": False}
    assert where.extra == {}


def test_reasoning_goes_back_where_nothing_else_is_known() -> None:
    where = context()
    edit("reasoning", {}, request(), where)
    assert where.vendor.replay == "reasoning_content"
    for vendor, replay in (("openrouter", "reasoning_details"), ("groq", "none")):
        where = context(vendor)
        edit("reasoning", {}, request(), where)
        assert where.vendor.replay == replay


def test_wrong_option_is_told() -> None:
    with pytest.raises(ConfigError, match="transformer 'reasoning': the option 'enable' must be true or false"):
        make("reasoning", {"enable": "perhaps"})
