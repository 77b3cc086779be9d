import json
from pathlib import Path
from typing import Any

import pytest
import trio

from ccr.plugins.js.transformer import is_unified
from tests import live
from tests.aio import trio_test
from tests.chat import DONE, delta, sse, usage
from tests.plugins.own import NODE, Home, running

pytestmark = NODE

LOGIN = """
// In the style of the ones that borrow another program's login: other body, other address, other headers.
class Code {
  name = "code-cli";
  constructor(options) { this.options = options; }
  async transformRequestIn(request, provider) {
    return {
      body: { project: this.options.project, request: { contents: request.messages.map((m) => m.content) } },
      config: {
        url: new URL("/v1internal:stream", provider.baseUrl),
        headers: {
          Authorization: undefined,
          "X-Token": `token of ${provider.name} ${provider.apiKey}`,
          "user-agent": "Code/1",
        },
      },
    };
  }
  async transformResponseOut(response) {
    if (!response.headers.get("Content-Type").includes("event-stream")) return response;
    const decoder = new TextDecoder(), encoder = new TextEncoder();
    const stream = new ReadableStream({
      async start(controller) {
        const reader = response.body.getReader();
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          for (const line of decoder.decode(value, { stream: true }).split("\\n")) {
            if (!line.startsWith("data: ")) continue;
            const text = JSON.parse(line.slice(6)).says;
            const chunk = { choices: [{ index: 0, delta: { content: text }, finish_reason: text ? null : "stop" }] };
            controller.enqueue(encoder.encode(`data: ${JSON.stringify(chunk)}\\n\\n`));
          }
        }
        controller.close();
      },
    });
    return new Response(stream, { status: response.status, headers: response.headers });
  }
}
module.exports = Code;
"""

SHOUT = """
// In the style of the ones that rewrite streams: text in capitals, whole replies as well.
export default class Shout {
  name = "shout";
  static TransformerName = "shout";
  async transformResponseOut(response) {
    if (response.headers.get("content-type").includes("application/json")) {
      const body = await response.json();
      for (const choice of body.choices) choice.message.content = choice.message.content.toUpperCase();
      return new Response(JSON.stringify(body), { headers: response.headers });
    }
    const shout = new TransformStream({
      transform(chunk, controller) {
        const text = new TextDecoder().decode(chunk);
        controller.enqueue(text.replace(/(?<="content": ").*?(?=")/g, (found) => found.toUpperCase()));
      },
    });
    return new Response(response.body.pipeThrough(shout), response);
  }
}
"""

EDIT = """
module.exports = class {
  name = "edit";
  constructor(options) { this.level = options.level; }
  transformRequestIn(request, provider, context) {
    if (!request.reasoning || request.messages.at(-1).role !== "tool") throw new Error("no unified request");
    if (request.messages[1].thinking.content !== "hm") throw new Error("no thinking");
    request.messages[0].content = `${context.req.headers["x-test"]} ${context.req.body.model} ${this.level}`;
    request.vendor_field = { level: this.level };
    return request;
  }
  async auth(request, provider) {
    return { body: request, config: { headers: { "x-api-key": provider.apiKey, Authorization: null } } };
  }
};
"""
STREAMED = {"model": "m", "max_tokens": 5, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
TURNS = [
    {"role": "user", "content": "hi"},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "tool_use", "id": "t1", "name": "Bash", "input": {}},
        ],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "done"}]},
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def using(home: Home, code: str, *entries: Any, name: str = "t.js", **spec: Any) -> dict[str, Any]:
    """Return the configuration for a transformer of one file, used as the entries say."""
    path = home.write(name, code)
    return {"transformers": [{"path": path, **spec}], "provider": {"transformer": {"use": list(entries)}}}


def text_of(answer: Any) -> str:
    return "".join(block.get("text", "") for block in answer.json()["content"])


@trio_test(limit=30)
async def test_transformer_speaks_another_wire_format(home: Home) -> None:
    says = b"".join(b'data: {"says": "%s"}\n\n' % word for word in (b"Good", b" day", b""))
    changes = using(home, LOGIN, "code-cli", options={"project": "p1"})
    async with running(home, script=live.streaming(says), **changes) as router:
        answer = await router.ask("hello", stream=True)
        whole = await router.ask("hello")
    assert "Good" in answer.text
    assert answer.text.count("event: message_stop") == 1
    assert text_of(whole) == "Good day"
    seen = router.seen[0]
    assert seen.path == "/v1internal:stream"
    assert seen.body == {"project": "p1", "request": {"contents": ["hello"]}}
    assert (seen.headers["x-token"], seen.headers["user-agent"]) == ("token of up k", "Code/1")
    assert "authorization" not in seen.headers


@pytest.mark.parametrize("stream", [True, False])
@trio_test(limit=30)
async def test_transformer_rewrites_a_reply(home: Home, stream: bool) -> None:
    async def script(seen: live.Seen, wire: live.Wire) -> None:
        if seen.body["stream"]:
            await live.streaming(sse([delta(content="quiet"), delta(content=" please"), delta(finish="stop")]))(
                seen, wire
            )
        else:
            message = {"role": "assistant", "content": "quiet please"}
            await wire.answer(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    async with running(home, script=script, **using(home, SHOUT, "Shout", name="t.mjs")) as router:
        answer = await router.ask("hello", stream=stream)
    said = [json.loads(line[6:]) for line in answer.text.splitlines() if "text_delta" in line] if stream else []
    assert "".join(e["delta"]["text"] for e in said) or text_of(answer) == "QUIET PLEASE"


@trio_test(limit=30)
async def test_transformer_edits_a_request(home: Home) -> None:
    changes = using(home, EDIT, ["edit", {"level": 2}], options={"level": 1})
    async with running(home, **changes) as router:
        router.inner.http.headers["x-test"] = "me"
        answer = await router.ask(messages=TURNS, thinking={"type": "enabled", "budget_tokens": 1024})
    assert answer.status_code == 200
    seen = router.seen[0]
    assert seen.body["messages"][0]["content"] == "me m 2"
    assert seen.body["vendor_field"] == {"level": 2}
    assert seen.headers["x-api-key"] == "k"
    assert "authorization" not in seen.headers


TO_ANTHROPIC = """
module.exports = class {
  name = "to-anthropic";
  async transformRequestIn(request, provider) {
    const [system, ...messages] = request.messages;
    const body = { model: request.model, system: system.content, messages, max_tokens: 5, stream: request.stream };
    return { body, config: { url: new URL("/v1/messages", provider.baseUrl) } };
  }
};
"""


@trio_test(limit=30)
async def test_body_in_another_wire_format_is_sent_as_it_is(home: Home) -> None:
    async with running(home, **using(home, TO_ANTHROPIC, "to-anthropic")) as router:
        await router.ask("hello", system="Be terse.", metadata={"user_id": "u"}, temperature=1)
    [seen] = router.seen
    assert seen.path == "/v1/messages"
    assert seen.body == {
        "model": "m",
        "system": "Be terse.",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 5,
        "stream": False,
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        (
            {"messages": [{"role": "assistant", "content": None, "tool_calls": []}, {"role": "tool", "content": "x"}]},
            True,
        ),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}, {"type": "document"}, "odd"]}]}, True),
        ({"tools": [{"type": "function", "function": {}}, {"type": "web_search_20250305"}]}, True),
        ({"tools": None, "messages": ["odd"]}, True),
        ({"messages": None}, False),
        ({"system": "Be terse."}, False),
        ({"anthropic_version": "vertex-2023-10-16"}, False),
        ({"tools": [{"name": "Bash", "input_schema": {}}]}, False),
        ({"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}, False),
        ({"messages": [{"role": "assistant", "content": [{"type": "thinking"}, {"type": "tool_use"}]}]}, False),
    ],
    ids=repr,
)
def test_unified_request_is_told_from_a_vendors(change: dict[str, Any], expected: bool) -> None:
    assert is_unified({"model": "m", "messages": [{"role": "user", "content": "hi"}], **change}) is expected


TRUSTS = """
module.exports = class {
  name = "trusts";
  async transformRequestIn(request) {
    for (const message of request.messages) {
      if (message.role === "assistant" || message.role === "tool") message.content.trim();
    }
    request.seen = request.tools.map((tool) => tool.function.name).join(" ");
    return request;
  }
};
"""


@trio_test(limit=30)
async def test_transformer_may_trust_in_the_originals_shapes(home: Home) -> None:
    tools = [{"name": "Bash", "input_schema": {}}, {"type": "web_search_20250305", "name": "web_search"}]
    async with running(home, **using(home, TRUSTS, "trusts")) as router:
        answer = await router.ask(messages=TURNS, tools=tools)
    assert answer.status_code == 200
    [seen] = router.seen
    assert seen.body["seen"] == "Bash web_search"
    # The provider can't search, and gets no function that nobody runs.
    assert [tool["function"]["name"] for tool in seen.body["tools"]] == ["Bash"]


STASH = """
let last = 0;
module.exports = class {
  name = "stash";
  async transformRequestIn(request, provider, context) {
    context.req.mine = `${context.req.provider} ${context.req.body.model} ${++last}`;
    return request;
  }
  async transformResponseOut(response, context) {
    const body = await response.json();
    body.choices[0].message.content = context.req.mine;
    return new Response(JSON.stringify(body), { headers: response.headers });
  }
};
"""


@trio_test(limit=30)
async def test_what_is_kept_on_the_request_is_there_for_the_reply(home: Home) -> None:
    async def script(seen: live.Seen, wire: live.Wire) -> None:
        message = {"role": "assistant", "content": "x"}
        await wire.answer(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    async with running(home, script=script, **using(home, STASH, "stash")) as router:
        said = [text_of(await router.ask("hello")) for _ in range(2)]
    assert said == ["up m 1", "up m 2"]


@trio_test(limit=30)
async def test_chain_entry_names_a_file(home: Home) -> None:
    path = home.write("quiet.mjs", SHOUT.replace("toUpperCase", "toLowerCase"))
    use = {"use": [{"path": path}, ["maxtoken", {"max_tokens": 7}]]}
    script = live.streaming(sse([delta(content="LOUD"), delta(finish="stop")]))
    async with running(home, script=script, provider={"transformer": use}) as router:
        answer = await router.ask("hello")
    assert text_of(answer) == "loud"
    assert router.seen[0].body["max_tokens"] == 7


@trio_test(limit=30)
async def test_several_transformers_wrap_each_other(home: Home) -> None:
    def mark(letter: str) -> str:
        return home.write(
            f"{letter}.js",
            f"""module.exports = class {{
              name = "{letter}";
              async transformRequestIn(request) {{ request.messages[0].content += "{letter}"; return request; }}
              async transformResponseOut(response) {{
                const text = await response.text();
                return new Response(text.replace('"content": "', '"content": "{letter}'), response);
              }}
            }}""",
        )

    transformers = [{"path": mark("a")}, {"path": mark("b")}]
    chain = {"use": ["a"], "m": {"use": ["b"]}}
    async with running(home, transformers=transformers, provider={"transformer": chain}) as router:
        answer = await router.ask("-")
    assert router.seen[0].body["messages"][0]["content"] == "-ab"
    assert text_of(answer) == "abHello"


FAILURES = [
    pytest.param("transformRequestIn() {\n throw new Error('no luck'); }", "Error: no luck", id="request throws"),
    pytest.param("transformRequestIn() { return 5; }", "returned number in the place of a request", id="number"),
    pytest.param("transformRequestIn() { process.abort(); }", "the JavaScript process has ended", id="process dies"),
    pytest.param("transformResponseOut() { throw new Error('no luck'); }", "Error: no luck", id="response throws"),
    pytest.param("transformResponseOut() { return {}; }", "must return a Response", id="no response"),
    pytest.param(
        "transformResponseOut(r) { return new Response(new ReadableStream({ pull(c) { c.enqueue(5); } })); }",
        "pieces of type number",
        id="no bytes",
    ),
    pytest.param(
        'transformResponseOut(r) { return new Response(\'{"error": {"message": "not you"}}\', {status: 403}); }',
        "not you",
        id="error status",
    ),
]


@pytest.mark.parametrize(("hook", "said"), FAILURES)
@trio_test(limit=30)
async def test_failing_transformer_fails_its_request_only(home: Home, hook: str, said: str) -> None:
    changes = using(home, f"module.exports = class {{ name = 'bad'; async {hook} }}")
    changes["provider"] = {"transformer": {"m": {"use": ["bad"]}}}
    async with running(home, **changes) as router:
        failed = await router.ask("hello")
        fine = await router.ask("hello", model="up,n")
    assert failed.status_code in (403, 500)
    assert said in failed.json()["error"]["message"]
    assert failed.headers.get("x-should-retry") == (None if "has ended" in said else "false")
    assert text_of(fine) == "Hello"


@trio_test(limit=30)
async def test_transformer_that_fails_midway_breaks_the_stream_off(home: Home) -> None:
    code = """module.exports = class {
      name = "bad";
      async transformResponseOut(response) {
        const reader = response.body.getReader();
        return new Response(new ReadableStream({ async pull(controller) {
          const { done, value } = await reader.read();
          if (new TextDecoder().decode(value).includes("second")) throw new Error("no more");
          controller.enqueue(value);
        } }), response);
      }
    }"""

    arrived = trio.Event()

    async def script(seen: live.Seen, wire: live.Wire) -> None:
        await wire.begin()
        await wire.send(sse([delta(content="first")], end=b""))
        await arrived.wait()
        await wire.send(sse([delta(content="second"), delta(finish="stop")]))
        await wire.end()

    async with running(home, script=script, **using(home, code, "bad")) as router:
        client = await router.inner.open(STREAMED)
        got = b""
        while b"first" not in got:
            got += await client.receive_some()
        arrived.set()
        while b"no more" not in got:
            got += await client.receive_some()
        await client.aclose()
    assert b"event: error" in got
    assert b"message_stop" not in got


@trio_test(limit=30)
async def test_console_and_garbage_on_stdout_reach_only_the_log(home: Home) -> None:
    code = """
    const fs = require("fs");
    module.exports = class {
      name = "loud";
      async transformRequestIn(request) {
        console.error("I am", { loud: true });
        process.stdout.write("\\x00\\x01garbage");
        fs.writeSync(1, "garbage\\n");
        console.log("x".repeat(3_000_000));
        for (let i = 0; i < 5000; i++) console.error("line", i);
        return request;
      }
    }"""
    async with running(home, **using(home, code, "loud")) as router:
        answer = await router.ask("hello")
        log = await router.log()
    assert text_of(answer) == "Hello"
    assert "I am { loud: true }" in log
    assert len(log) < 100_000


@trio_test(limit=30)
async def test_client_that_leaves_ends_the_javascript_and_the_upstream(home: Home) -> None:
    mark = home.root / "cancelled"
    code = f"""module.exports = class {{
      name = "slow";
      async transformResponseOut(response) {{
        return new Response(new ReadableStream({{
          async start(controller) {{
            const reader = response.body.getReader();
            try {{
              for (;;) {{
                const {{ done, value }} = await reader.read();
                if (done) break;
                controller.enqueue(value);
              }}
            }} catch (error) {{
              require("fs").writeFileSync({json.dumps(str(mark))}, error.message);
            }}
          }},
        }}), response);
      }}
    }}"""
    closed = trio.Event()

    async def script(seen: live.Seen, wire: live.Wire) -> None:
        await wire.begin()
        await wire.send(sse([delta(content="first")], end=b""))
        await wire.closed()
        closed.set()

    async with running(home, script=script, **using(home, code, "slow")) as router:
        client = await router.inner.open(STREAMED)
        got = b""
        while b"first" not in got:
            got += await client.receive_some()
        await client.aclose()
        await closed.wait()
        while not mark.exists():  # noqa: ASYNC110 - written by another process
            await trio.sleep(0.02)
        await router.inner.settled()
    assert "cancelled" in mark.read_text()


@trio_test(limit=60)
async def test_slow_client_holds_the_upstream_back(home: Home) -> None:
    code = "module.exports = class { name = 'pass'; async transformResponseOut(response) { return response; } }"
    sent = 0

    async def script(seen: live.Seen, wire: live.Wire) -> None:
        nonlocal sent
        await wire.begin()
        piece = sse([delta(content="x" * 60_000)], end=b"")
        while sent < 60_000_000:
            await wire.send(piece)
            sent += len(piece)

    async with running(home, script=script, **using(home, code, "pass")) as router:
        client = await router.inner.open(STREAMED)
        await client.receive_some(1000)
        before = -1
        while before != sent:
            before = sent
            await trio.sleep(0.5)
        await client.aclose()
    assert sent < 30_000_000


@trio_test(limit=30)
async def test_reply_that_breaks_off_upstream_is_told_as_such(home: Home) -> None:
    code = "module.exports = class { name = 'pass'; async transformResponseOut(response) { return response; } }"

    async def script(seen: live.Seen, wire: live.Wire) -> None:
        await wire.begin()
        await wire.send(sse([delta(content="first")], end=b""))
        await wire.stream.aclose()

    async with running(home, script=script, **using(home, code, "pass")) as router:
        answer = await router.ask("hello", stream=True)
    assert "event: error" in answer.text
    assert "bad.js" not in answer.text


@trio_test(limit=30)
async def test_usage_and_end_survive_the_way(home: Home) -> None:
    code = "module.exports = class { name = 'pass'; async transformResponseOut(response) { return response; } }"
    reply = sse([delta(content="first"), delta(finish="length"), usage(7, 3)], end=DONE)
    async with running(home, script=live.streaming(reply), **using(home, code, "pass")) as router:
        answer = (await router.ask("hello")).json()
    assert (answer["stop_reason"], answer["usage"]["output_tokens"]) == ("max_tokens", 3)
