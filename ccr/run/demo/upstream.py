"""A tiny OpenAI-compatible server that answers like a model which likes to use tools."""

from collections.abc import Callable, Iterable
from typing import Any

import trio

from ccr.core.jsonio import dump, dump_text, load
from ccr.core.unified import Json
from ccr.net.relay import Receive, Send
from ccr.server.http import Request, Scope

PATH = "/v1/chat/completions"
GREETING = "Hello from the demo model!"
WORDS_PER_CHUNK = 2


class DemoUpstream:
    """The ASGI app. `seen` gets each request's body; `pause` is in seconds between two chunks."""

    def __init__(self, *, seen: Callable[[Json], None] = lambda body: None, pause: float = 0.03) -> None:
        self._seen = seen
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection scope."""
        if scope["type"] == "http":
            await self._answer(Request(scope, receive, send))

    async def _answer(self, request: Request) -> None:
        if (request.method, request.path) != ("POST", PATH):
            await request.json({"error": {"message": f"only POST {PATH} is served here"}}, 404)
            return
        body: Json = load(await request.body())
        self._seen(body)
        chunks = list(answer(body))
        if not body.get("stream"):
            await request.json(joined(chunks))
            return
        headers = [(b"content-type", b"text/event-stream")]
        await request.send({"type": "http.response.start", "status": 200, "headers": headers})
        for chunk in chunks:
            data = b"data: " + dump(chunk) + b"\n\n"
            await request.send({"type": "http.response.body", "body": data, "more_body": True})
            await trio.sleep(self._pause)
        await request.send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


def answer(body: Json) -> Iterable[Json]:
    """Yield the chunks of the reply: JSON where it is demanded, a tool call to a question, words to a tool's result."""
    messages = body.get("messages") or [{}]
    tools = [t["function"]["name"] for t in body.get("tools") or () if isinstance(t.get("function"), dict)]
    last = messages[-1]
    results = [m for m in messages if m.get("role") == "tool"]
    if body.get("response_format"):
        yield from _say('{"title": "Demo of the router"}')
        yield from _end(body, "stop")
    elif "Bash" in tools and last.get("role") != "tool" and not results:
        yield from _think("They want to see that tools work. A small command will show it.")
        yield from _say("Let me ask the shell.")
        yield from _call("Bash", {"command": f"echo '{GREETING}'", "description": "Say hello"})
        yield from _end(body, "tool_calls")
    else:
        said = str(results[-1].get("content", "")).strip() if results else GREETING
        yield from _say(f"The request went through the router and back. The tool said: {said}" if results else said)
        yield from _end(body, "stop")


def joined(chunks: Iterable[Json]) -> Json:
    """Return the whole reply that a stream of chunks adds up to."""
    message: Json = {"role": "assistant", "content": ""}
    found: Json = {"id": "demo", "object": "chat.completion", "model": "demo-model"}
    for chunk in chunks:
        found.update({k: chunk[k] for k in ("usage",) if k in chunk})
        for choice in chunk["choices"]:
            delta = choice["delta"]
            message["content"] += delta.get("content") or ""
            message.update({k: v for k, v in delta.items() if k != "content"})
            found["choices"] = [{"index": 0, "message": message, "finish_reason": choice["finish_reason"]}]
    return found


def _think(text: str) -> Iterable[Json]:
    return (_chunk({"reasoning_content": piece}) for piece in _pieces(text))


def _say(text: str) -> Iterable[Json]:
    return (_chunk({"content": piece}) for piece in _pieces(text))


def _call(name: str, arguments: Json) -> Iterable[Json]:
    function = {"name": name, "arguments": dump_text(arguments)}
    yield _chunk({"tool_calls": [{"index": 0, "id": "call_demo", "type": "function", "function": function}]})


def _end(body: Json, reason: str) -> Iterable[Json]:
    yield _chunk({}, reason)
    prompt = len(dump(body)) // 4
    yield {"id": "demo", "choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": 40}}


def _chunk(delta: Json, reason: str | None = None) -> Json:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "demo", "object": "chat.completion.chunk", "model": "demo-model", "choices": [choice]}


def _pieces(text: str) -> Iterable[str]:
    words = text.split(" ")
    for start in range(0, len(words), WORDS_PER_CHUNK):
        piece = " ".join(words[start : start + WORDS_PER_CHUNK])
        yield piece if start + WORDS_PER_CHUNK >= len(words) else f"{piece} "
