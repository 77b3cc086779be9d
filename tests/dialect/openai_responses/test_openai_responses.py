"""The dialect as the router sees it."""

from ccr.core.event import Finish
from ccr.dialect.base import Dialect, Target
from ccr.dialect.openai_responses import OpenAIResponses
from ccr.dialect.vendor import Vendor


def test_dialect_encodes_and_decodes() -> None:
    dialect: Dialect = OpenAIResponses()
    target = Target("p", "m", "https://a.example/v1/responses", Vendor(auth="api-key"))
    request = {"messages": [{"role": "user", "content": "hi"}]}
    call = dialect.encode(request, target)
    assert (dialect.name, call.url, call.method, call.auth) == ("openai_responses", target.base_url, "POST", "api-key")
    events = list(dialect.decoder(request, target).whole({"object": "response", "status": "completed", "output": []}))
    assert events[-1] == Finish("end_turn")
