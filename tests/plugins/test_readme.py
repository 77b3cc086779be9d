"""The README's examples of users' own code do what they say."""

import re
from pathlib import Path

import pytest

from tests import live, source
from tests.aio import trio_test
from tests.chat import delta, sse
from tests.plugins.js.test_transformer import text_of
from tests.plugins.own import Home, running

EXAMPLES = re.findall(r"```python\n(.*?)```", (source.ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def example(word: str) -> str:
    return next(text for text in EXAMPLES if word in text)


@trio_test()
async def test_router_chooses(home: Home) -> None:
    code = example("async def router").replace("openrouter,anthropic/claude-sonnet-4.5", "up,n")
    async with running(home, CUSTOM_ROUTER_PATH=home.write("router.py", code)) as router:
        routes = [(await router.ask(text)).headers["x-ccr-route"] for text in ("explain this code", "hello")]
    assert routes == ["up,n", "up,m"]


@trio_test()
async def test_transformer_changes_both_ways(home: Home) -> None:
    home.write("terse.py", example("class Terse"))
    changes = {
        "transformers": [{"path": "terse.py", "options": {"words": 50}}],
        "provider": {"transformer": {"use": ["terse"]}},
    }
    script = live.streaming(sse([delta(content="**Bold**"), delta(finish="stop")]))
    async with running(home, script=script, **changes) as router:
        answer = await router.ask("hello")
    sent = router.seen[0]
    assert text_of(answer) == "Bold"
    assert sent.body["messages"][0] == {"role": "system", "content": "Answer in 50 words."}
    assert (sent.body["reasoning_split"], sent.headers["x-team"]) == (True, "blue")
