"""Router mode through a running router: the dispatcher, the agents, the answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ccr.core.jsonio import load_many
from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import Live, Script, Seen, Wire, live

BASH = {"name": "Bash", "description": "runs", "input_schema": {"type": "object"}}
NO_ADDRESS = {"ROUTER_AGENT_BASE_URL": "", "ROUTER_AGENT_API_KEY": ""}
CALL = {"id": "c1", "type": "function", "function": {"name": "Bash", "arguments": '{"command": "ls"}'}}


def make(upstream: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"ENABLE_ROUTER": True, "LOG": False}
    for role in ("ROUTER", "TOOL", "CODER", "THINK"):
        found |= {f"{role}_AGENT_MODEL": role.lower(), f"{role}_AGENT_API_KEY": f"k-{role.lower()}"}
        found[f"{role}_AGENT_BASE_URL"] = f"{upstream}/v1"
    return {**found, **changes}


def whole(prompt: int, output: int, **message: Any) -> dict[str, Any]:
    figures = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}
    return {"choices": [{"message": {"role": "assistant", **message}, "finish_reason": "stop"}], "usage": figures}


def agents(*choices: Any) -> Script:
    """Return a script whose dispatcher says these one after the other."""
    left = list(choices)

    async def script(seen: Seen, wire: Wire) -> None:
        model = seen.body["model"]
        if model == "router":
            said = left.pop(0)
            if isinstance(said, int):
                await wire.answer(said, {"error": {"message": "no"}})
            elif isinstance(said, dict):
                await wire.answer(200, whole(10, 1, **said))
            else:
                await wire.answer(200, whole(10, 1, content=json.dumps({"use": said})))
        elif model in ("coder", "think"):
            await wire.answer(200, whole(100, 20, content=f"from the {model}"))
        elif seen.body.get("stream"):
            await wire.begin()
            await wire.send(sse([delta(content="done"), delta(finish="stop"), usage(1000, 300)]))
            await wire.end()
        else:
            await wire.answer(200, whole(1000, 300, content="done"))

    return script


def models(router: Live) -> list[str]:
    return [seen.body["model"] for seen in router.seen]


def final_usage(text: str) -> tuple[int, int]:
    """Return the prompt and output tokens that a stream ends with."""
    lines = b"\n".join(line[6:].encode() for line in text.splitlines() if line.startswith("data: "))
    found = next(event["usage"] for event in load_many(lines) if event["type"] == "message_delta")
    return found["input_tokens"], found["output_tokens"]


@pytest.mark.parametrize("stream", [True, False])
def test_tool_agent_answers_and_usage_adds_up(stream: bool) -> None:
    @trio_test()
    async def run() -> None:
        async with live(agents("thinker", "coder", "use-tool"), make=make) as router:
            answer = await router.post(request(tools=[BASH], stream=stream))
            await router.settled()
            trail = router.state.recent[-1]
        assert models(router) == ["router", "think", "router", "coder", "router", "tool"]
        assert "done" in answer.text
        assert answer.headers["x-ccr-route"] == "tool-agent,tool"
        assert answer.headers["x-ccr-scenario"] == "agents"
        assert answer.headers["x-ccr-reason"] == "the dispatcher chose thinker, then coder, then use-tool"
        expected = (3 * 10 + 2 * 100 + 1000, 3 * 1 + 2 * 20 + 300)
        told = answer.json()["usage"] if not stream else None
        found = (told["input_tokens"], told["output_tokens"]) if told else final_usage(answer.text)
        assert found == expected
        assert trail.usage is not None
        assert (trail.usage.prompt, trail.usage.output) == expected

    run()


@trio_test()
async def test_each_agent_gets_what_is_for_it() -> None:
    async with live(agents("thinker", "coder", "use-tool"), make=make) as router:
        await router.post(request(tools=[BASH]))
    dispatcher, thinker, _, coder, _, tool = router.seen
    assert [seen.headers["authorization"] for seen in (dispatcher, thinker, coder, tool)] == [
        f"Bearer k-{name}" for name in ("router", "think", "coder", "tool")
    ]
    assert not any(seen.body.get("stream") for seen in (dispatcher, thinker, coder))
    assert tool.body["stream"] is True
    assert [bool(seen.body.get("tools")) for seen in (dispatcher, thinker, coder, tool)] == [True, False, False, True]
    assert "thinker Agent Result: from the think" in str(coder.body["messages"])
    assert "coder Agent Result: from the coder" in str(tool.body["messages"])


@trio_test()
async def test_depth_is_limited() -> None:
    async with live(agents(*["coder"] * 9), make=lambda url: make(url, AGENT_STEPS=2)) as router:
        answer = await router.post(request())
    assert models(router) == ["router", "coder", "router", "coder", "tool"]
    assert answer.headers["x-ccr-reason"] == "the dispatcher chose coder, then coder, then use-tool"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("said", "check"),
    [
        pytest.param({"content": "Hello."}, lambda text: "Hello." in text, id="words"),
        pytest.param({"content": None, "tool_calls": [CALL]}, lambda text: '"name":"Bash"' in text, id="call"),
    ],
)
def test_dispatcher_may_answer_itself(said: Any, check: Callable[[str], bool], stream: bool) -> None:
    @trio_test()
    async def run() -> None:
        async with live(agents("thinker", said), make=make) as router:
            answer = await router.post(request(tools=[BASH], stream=stream))
        assert models(router) == ["router", "think", "router"]
        assert answer.status_code == 200
        assert check(answer.text)
        assert answer.headers["x-ccr-route"] == "router-agent,router"
        assert answer.headers["x-ccr-reason"] == "thinker, then the dispatcher answered itself"
        told = answer.json()["usage"] if not stream else None
        found = (told["input_tokens"], told["output_tokens"]) if told else final_usage(answer.text)
        assert found == (2 * 10 + 100, 2 * 1 + 20)

    run()


@trio_test()
async def test_failed_dispatcher_leaves_the_work_to_the_tool_agent() -> None:
    async with live(agents("thinker", 400), make=make) as router:
        answer = await router.post(request())
    assert models(router) == ["router", "think", "router", "tool"]
    assert "done" in answer.text
    assert answer.headers["x-ccr-reason"].startswith(
        "the dispatcher chose thinker, then use-tool; router-agent,router:"
    )
    assert "thinker Agent Result" in str(router.seen[-1].body["messages"])


@trio_test()
async def test_mute_dispatcher_is_not_waited_for_for_ever() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        if seen.body["model"] == "router":
            await wire.closed()
        else:
            await agents()(seen, wire)

    def impatient(upstream: str) -> dict[str, Any]:
        own = {"name": "up", "api_base_url": f"{upstream}/v1", "models": ["router"], "max_retries": 0}
        provider = {**own, "timeouts": {"first_token": 0.3}, "retry_on_failure": False}
        return make(upstream, Providers=[provider], ROUTER_AGENT_MODEL="up,router", **NO_ADDRESS)

    async with live(script, make=impatient) as router:
        answer = await router.post(request())
    assert "done" in answer.text
    assert "no reply after 0.3 s" in answer.headers["x-ccr-reason"]


@trio_test()
async def test_rules_go_before_the_dispatcher() -> None:
    async with live(agents("use-tool"), make=lambda url: make(url, Router={"think": "think-agent,think"})) as router:
        named = await router.post(request(model="coder-agent,coder", stream=False))
        await router.post(
            request(model="claude-sonnet-5", thinking={"type": "enabled", "budget_tokens": 4000}, stream=False)
        )
    assert models(router) == ["coder", "think"]
    assert named.json()["content"][0]["text"] == "from the coder"


@trio_test()
async def test_usage_of_agents_is_no_measure_of_the_session() -> None:
    session = {"user_id": "user_a_account__session_11111111-1111-4111-8111-111111111111"}
    async with live(agents("coder", "use-tool"), make=make) as router:
        await router.post(request(metadata=session))
        await router.settled()
        tally = router.state.sessions.record("11111111-1111-4111-8111-111111111111")
        usages = list(router.state._usages.values())
    assert [usage.prompt for usage in usages] == [1000]
    assert tally["usage"]["input"] == 1000 + 100 + 20
