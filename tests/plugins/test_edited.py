from pathlib import Path

from ccr.plugins.edited import settled
from tests.aio import trio_test
from tests.plugins.js.test_transformer import TURNS, using
from tests.plugins.own import Home, running
from tests.transform.case import context

REPLAY = """
from ccr.transform.base import Transformer

class Replay(Transformer):
    name = "replay"

    def edit(self, request, context):
        for message in request["messages"]:
            if message.get("thinking"):
                message["reasoning_content"] = message["thinking"]["content"]
        return request
"""


def test_vendors_fields_are_sent_beside_the_request() -> None:
    place = context()
    found = settled({"model": "m", "messages": [], "enable_thinking": True, "anthropic": {}}, place)
    assert found == {"model": "m", "messages": [], "anthropic": {}}
    assert place.extra == {"enable_thinking": True}


def test_developer_message_is_a_system_message() -> None:
    messages = [{"role": "developer", "content": "Be terse."}, {"role": "user", "content": "hi"}]
    found = settled({"model": "m", "messages": messages}, context())
    assert [message["role"] for message in found["messages"]] == ["system", "user"]


@trio_test()
async def test_vendors_fields_of_an_assistants_message_are_sent(tmp_path: Path) -> None:
    home = Home(tmp_path)
    async with running(home, **using(home, REPLAY, "replay", name="t.py")) as router:
        await router.ask(messages=TURNS)
    assert router.seen[0].body["messages"][1]["reasoning_content"] == "hm"
