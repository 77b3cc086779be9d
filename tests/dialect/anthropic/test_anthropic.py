"""The dialect as the router sees it."""

from ccr.core.event import Finish
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.base import Dialect, Target
from ccr.dialect.vendor import Vendor


def test_dialect_encodes_and_decodes() -> None:
    dialect: Dialect = Anthropic()
    target = Target("p", "claude-opus-5", "https://a.example/v1/messages", Vendor())
    request = {"messages": [{"role": "user", "content": "hi"}]}
    call = dialect.encode(request, target)
    assert (dialect.name, call.url, call.method, call.auth) == ("anthropic", target.base_url, "POST", "x-api-key")
    events = list(dialect.decoder(request, target).whole({"type": "message", "content": [], "stop_reason": "end_turn"}))
    assert events[-1] == Finish("end_turn")
