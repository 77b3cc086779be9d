import json

from ccr.anthropic.unify import unify
from tests.transform.case import body, context, edit, request


def test_cleancache_removes_every_cache_point() -> None:
    where = context("openrouter", "anthropic/claude-sonnet-4")
    sent = edit("cleancache", None, unify(body(cache_control={"type": "ephemeral"})), where)
    assert "cache_control" not in json.dumps(sent)
    assert not where.vendor.cache_control
    assert sent["messages"][2]["tool_calls"][0]["function"]["arguments"] == '{"command":"ls"}'


def test_cleancache_leaves_a_tools_schema_alone() -> None:
    schema = {"type": "object", "properties": {"cache_control": {"type": "string"}}}
    sent = edit("cleancache", None, request(tools=[{"name": "Cache", "input_schema": schema}]), context())
    assert sent["tools"][0]["function"]["parameters"] == schema
