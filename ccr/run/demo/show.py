"""Runs the demo: both servers and the client are tasks of one nursery, and everything goes over real sockets."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from socket import socket
from typing import Any

import httpx
import trio

from ccr.config.parse import parse
from ccr.core.jsonio import dump_text, load
from ccr.core.sse import Splitter
from ccr.core.unified import Json
from ccr.errors import CommandError
from ccr.run import environment, port
from ccr.run.demo.upstream import PATH, DemoUpstream
from ccr.run.serve import serve
from ccr.server.app import App
from ccr.server.state import State
from ccr.store.logfile import LogFile

LOOPBACK = "127.0.0.1"
SECONDS = 60.0
"""The demo gives up after that long; without Claude Code it takes about two."""
CLAUDE_SECONDS = 180.0

Say = Callable[[str], None]

REQUEST: Json = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 1024,
    "stream": True,
    "system": [{"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude."}],
    "tools": [
        {
            "name": "Bash",
            "description": "Runs a shell command.",
            "input_schema": {
                "type": "object",
                "properties": {"command": {"type": "string"}, "description": {"type": "string"}},
                "required": ["command"],
            },
        }
    ],
    "messages": [{"role": "user", "content": "Show me that tools work."}],
}
PROMPT = "Show me that tools work."

NEXT = """\
To use a real provider:
  1. ccr setup    asks which one, tries your key, and writes ~/.claude-code-router/config.json
  2. ccr code     runs Claude Code on its models
"""


def run(*, claude: bool, say: Say, env: Mapping[str, str]) -> int:
    """Run the demo, with the real Claude Code if wanted; `say` prints a piece of text. Returns the exit code.

    Raises CommandError if Claude Code is wanted and not there.
    """
    program = shutil.which("claude", path=env.get("PATH")) if claude else None
    if claude and program is None:
        raise CommandError("claude is not on the PATH; install it: npm install -g @anthropic-ai/claude-code", code=127)
    return trio.run(partial(_demo, program=program, say=say, env=env))


async def _demo(*, program: str | None, say: Say, env: Mapping[str, str]) -> int:
    calls: list[Json] = []
    upstream, listener = port.bind(LOOPBACK, 0), port.bind(LOOPBACK, 0)
    upstream_url, url = _url(upstream), _url(listener)
    state = _state(f"{upstream_url}{PATH}")
    log, stop = LogFile([], redact=str), trio.Event()
    code = 1
    async with state.running(), trio.open_nursery() as nursery:
        await nursery.start(partial(serve, DemoUpstream(seen=calls.append), upstream, log=log, stop=stop, grace=1))
        await nursery.start(partial(serve, App(state), listener, log=log, stop=stop, grace=1))
        say(f"The router listens on {url}, a made-up provider on {upstream_url}.\n\n")
        with trio.move_on_after(CLAUDE_SECONDS if program else SECONDS):
            code = await (_claude(program, url, state, say=say, env=env) if program else _request(url, calls, say))
        stop.set()
    say(f"\n{NEXT}")
    return code


def _state(upstream_url: str) -> State:
    provider = {"name": "demo", "api_base_url": upstream_url, "api_key": "no-secret", "models": ["demo-model"]}
    config = {"Providers": [provider], "Router": {"default": "demo,demo-model"}, "LOG": False}
    log = LogFile([], redact=str)
    return State(parse(dump_text(config), {}), env={}, instance="demo", role="session", log=log)


def _url(listener: socket) -> str:
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


async def _request(url: str, calls: list[Json], say: Say) -> int:
    """Send the request as Claude Code would and tell what happens on the way."""
    say(f"1. The client sends   POST /v1/messages?beta=true\n{_shown(REQUEST)}\n\n")
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        headers = {"authorization": "Bearer test", "anthropic-version": "2023-06-01"}
        async with client.stream("POST", f"{url}/v1/messages?beta=true", json=REQUEST, headers=headers) as response:
            route, reason = response.headers.get("x-ccr-route", ""), response.headers.get("x-ccr-reason", "")
            say(f"2. The router picks   {route}\n   because             {reason}\n\n")
            say(f"3. The provider gets  POST {PATH}\n{_shown(calls[-1]) if calls else ''}\n\n")
            say("4. The reply as it comes\n")
            splitter, usage = Splitter(), Json()
            async for data in response.aiter_bytes():
                for event in splitter.feed(data):
                    usage = _told(load(event.data), say) or usage
    say(f"\n\n5. Usage: {usage.get('input_tokens', 0)} tokens in, {usage.get('output_tokens', 0)} out.\n")
    return 0 if usage else 1


def _told(event: Json, say: Say) -> Json | None:
    """Print what is new in one event of the stream; return its usage if it is the last one to tell it."""
    if event["type"] == "content_block_start":
        block: dict[str, Any] = event["content_block"]
        say(f"\n   [{block['type']}{' ' + block['name'] if 'name' in block else ''}] ")
    elif event["type"] == "content_block_delta":
        delta: dict[str, Any] = event["delta"]
        say(delta.get("text") or delta.get("thinking") or delta.get("partial_json") or "")
    elif event["type"] == "message_delta":
        say(f"\n   [end: {event['delta']['stop_reason']}]")
        usage: Json = event["usage"]
        return usage
    return None


def _shown(value: Json) -> str:
    text = dump_text(value)
    lines = [text[i : i + 110] for i in range(0, len(text), 110)]
    return "\n".join(f"     {line}" for line in lines)


async def _claude(program: str, url: str, state: State, *, say: Say, env: Mapping[str, str]) -> int:
    """Let the real Claude Code talk to the demo provider."""
    say(f'Running: claude -p "{PROMPT}"\n\n')
    command = [program, "-p", PROMPT, "--allowedTools", "Bash(echo:*)"]
    child_env = environment.for_claude({**os.environ, **env}, state.snapshot.config, base_url=url)
    done = await trio.run_process(command, env=child_env, stdin=subprocess.DEVNULL, check=False)
    for trail in state.recent:
        say(f"   {trail.provider},{trail.model}: {trail.reason} ({trail.status}, {trail.ms} ms)\n")
    return done.returncode
