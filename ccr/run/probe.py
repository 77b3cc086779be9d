"""Finds out what is behind an address: which wire format it speaks, which models it has, and what they can do.

Everything is asked through the router itself, so what works here works for Claude Code.
"""

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import msgspec
import trio

from ccr.config.endpoint import endpoints, spoken
from ccr.config.schema import Chains, Config, Entry, Key, Provider
from ccr.dialect.vendor import DialectName
from ccr.dialect.vendor_table import find, for_model, is_known
from ccr.net.listing import Listed, listed
from ccr.net.tap import Tapped
from ccr.run.trial import Answer, Bench, bench

Json = dict[str, Any]

WIRES: Mapping[DialectName, str] = {
    "openai_chat": "OpenAI",
    "anthropic": "Anthropic",
    "openai_responses": "openai-responses",
    "gemini": "gemini",
}
"""The wire formats to try, the likeliest first, and the transformer that names each."""

MANY = 30
"""Longer lists of models are not written into the configuration."""

TOOL = {
    "name": "get_weather",
    "description": "Get the weather of one city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
_REASONING = re.compile(rb'"(reasoning_content|reasoning_details|reasoning_text|reasoning|thinking|thought)"\s*:')
_THINK = re.compile(r"<think(?:ing)?>")
_LARGEST = re.compile(
    r"(?:at most|maximum|up to|less than or equal to|<=|\[\s*\d+\s*,|range of \d+ (?:to|-)|limit(?: is|:)?)"
    r"\D{0,40}?(\d{3,7})",
    re.IGNORECASE,
)

Tell = Callable[[str], None]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is behind an address. `None` means that it could not be found out."""

    url: str = ""
    """The endpoint that answers."""
    wire: DialectName | None = None
    model: str = ""
    """The model that was asked."""
    models: tuple[Listed, ...] = ()
    streaming: bool | None = None
    tools: bool | None = None
    parallel_tools: bool | None = None
    vision: bool | None = None
    reasoning: str | None = None
    """The field in which thoughts come; `tags` if they stand in the text between tags that the router reads by itself,
    `text` if it needs a transformer for that, empty if there are none."""
    context_window: int | None = None
    max_output: int | None = None
    error: str = ""
    kind: str = ""
    """Whose failure `error` is, as `ccr.keys.failure` names it."""
    status: int = 0


class Suspect(msgspec.Struct, frozen=True):
    """An address to look at, with the key to use and the models that the user named."""

    name: str
    url: str
    key: str = ""
    models: tuple[str, ...] = ()


def probe(suspect: Suspect, config: Config, *, env: Mapping[str, str], seconds: float, tell: Tell) -> Finding:
    """Return what is behind an address; `tell` gets what is being looked at."""
    return trio.run(partial(_probe, suspect, config, env=env, seconds=seconds, tell=tell))


def wires(url: str) -> list[DialectName]:
    """Return the wire formats that an address may speak, the likeliest first."""
    named = spoken(url)
    if named:
        return [named]
    vendor = find(url)
    return [vendor.dialect] if is_known(vendor) else list(WIRES)


def entry(finding: Finding, suspect: Suspect, *, key: str, url: str = "") -> Json:
    """Return the provider's entry for the configuration; `key` is written as it is given, a reference stays one."""
    known = {model.id: model for model in finding.models}
    talking = [model.id for model in finding.models if model.talks]
    models = list(suspect.models) or (talking if 0 < len(talking) <= MANY else [finding.model])
    found: Json = {"name": suspect.name, "api_base_url": url or finding.url}
    if key:
        found["api_key"] = key
    found["models"] = models
    use = _transformers(finding)
    if use:
        found["transformer"] = {"use": use}
    limits = {name: settings for name in models if (settings := _settings(known.get(name), finding, name))}
    if limits:
        found["model_settings"] = limits
    return found


def _transformers(finding: Finding) -> list[str]:
    use: list[str] = []
    if finding.wire and for_model(find(finding.url), finding.model).dialect != finding.wire:
        use.append(WIRES[finding.wire])
    if finding.reasoning == "text":
        use.append("extrathinktag")
    return use


def _settings(model: Listed | None, finding: Finding, name: str) -> Json:
    is_asked = name == finding.model
    window = (model.context_window if model else None) or (finding.context_window if is_asked else None)
    output = (model.max_output if model else None) or (finding.max_output if is_asked else None)
    return {key: value for key, value in (("context_window", window), ("max_output", output)) if value}


async def _probe(suspect: Suspect, config: Config, *, env: Mapping[str, str], seconds: float, tell: Tell) -> Finding:
    first: Finding | None = None
    for wire in wires(suspect.url):
        for url in endpoints(suspect.url, wire):
            tell(f"{WIRES.get(wire, wire)} at {url}")
            found = await _look(suspect, config, wire, url, env=env, seconds=seconds, tell=tell)
            if not found.error or found.kind in ("auth", "quota", "rate"):
                return found
            first = _better(first, found)
    return first or Finding(error="there is nothing to try at this address")


def _better(first: Finding | None, found: Finding) -> Finding:
    """Return the failure that says more: an API's own words rather than that there is nothing."""
    if first is None or (first.kind in ("network", "model") and found.kind in ("server", "caller")):
        return found
    return first


async def _look(
    suspect: Suspect,
    config: Config,
    wire: DialectName,
    url: str,
    *,
    env: Mapping[str, str],
    seconds: float,
    tell: Tell,
) -> Finding:
    """Ask one endpoint in one wire format."""
    chain = Chains((Entry(WIRES[wire]),)) if wire in WIRES else Chains()
    tap = Tapped(env)
    provider = Provider(name=suspect.name, url=url, models=suspect.models, chain=chain)
    async with AsyncExitStack() as stack:
        key = Key(suspect.key) if suspect.key else None
        asked = await stack.enter_async_context(bench(config, provider, key, env=env, clients=tap))
        models = await listed(tap, provider, wire, key=suspect.key, proxy_url=config.proxy_url)
        name = _choice(suspect, models)
        if not name:
            return Finding(
                url=url, wire=wire, error="it lists no models; name one with --model", kind="model", status=404
            )
        answer = await asked.ask(name, seconds=seconds, max_tokens=16)
        base = Finding(url=url, wire=wire, model=name, models=tuple(models))
        if not answer.ok:
            return msgspec.structs.replace(base, error=answer.error, kind=answer.kind, status=answer.status)
        streams = "event-stream" in tap.kind or tap.data.lstrip().startswith((b"data:", b"event:"))
        return await _examine(msgspec.structs.replace(base, streaming=streams), asked, tap, seconds=seconds, tell=tell)


def _choice(suspect: Suspect, models: Sequence[Listed]) -> str:
    if suspect.models:
        return suspect.models[0]
    return next((model.id for model in models if model.talks), "")


async def _examine(finding: Finding, asked: Bench, tap: Tapped, *, seconds: float, tell: Tell) -> Finding:
    """Return the finding with what the model can do."""
    ask = partial(asked.ask, finding.model, seconds=seconds)
    tell("tools")
    calls = await ask(**_tool_request())
    used = len(calls.blocks("tool_use"))
    tell("images")
    seen = await ask(max_tokens=16, messages=[{"role": "user", "content": _picture()}])
    sight = False if asked.is_blind(finding.model) else _verdict(seen)
    tell("reasoning")
    thought = await ask(max_tokens=2048, thinking={"type": "enabled", "budget_tokens": 1024})
    reasoning = _reasoning(thought, tap.data)
    tell("limits")
    known = next((model for model in finding.models if model.id == finding.model), Listed(finding.model))
    output = known.max_output or largest(await ask(max_tokens=9_999_999))
    return msgspec.structs.replace(
        finding,
        tools=bool(used) if calls.ok or calls.kind == "caller" else None,
        parallel_tools=used > 1 if used else None,
        vision=known.images if known.images is not None else sight,
        reasoning=reasoning,
        context_window=known.context_window,
        max_output=output,
    )


def _verdict(answer: Answer) -> bool | None:
    """Return whether a request was taken; None if its failure has nothing to do with what was asked."""
    if answer.ok:
        return True
    return False if answer.kind in ("caller", "model", "server") else None


def _reasoning(answer: Answer, raw: bytes) -> str | None:
    if not answer.ok:
        return None
    text = "".join(block.get("text", "") for block in answer.blocks("text"))
    if _THINK.search(text):
        return "text"
    if not answer.blocks("thinking"):
        return ""
    field = _REASONING.search(raw)
    return field[1].decode() if field else "tags"


def largest(answer: Answer) -> int | None:
    """Return the limit of output tokens that a refusal names."""
    found = _LARGEST.search(answer.error)
    return int(found[1]) if found and answer.kind in ("caller", "overflow") and int(found[1]) < 9_999_999 else None


def _tool_request() -> Json:
    words = "Get the weather of Paris and of Tokyo. Call the tool twice, both calls in this one reply."
    return {
        "max_tokens": 512,
        "tools": [TOOL],
        "tool_choice": {"type": "any"},
        "messages": [{"role": "user", "content": words}],
    }


def _picture() -> list[Json]:
    source = {"type": "base64", "media_type": "image/png", "data": b64encode(_png(32)).decode()}
    return [{"type": "image", "source": source}, {"type": "text", "text": "Which colour is this? One word."}]


def _png(size: int) -> bytes:
    """Return a red square: https://www.w3.org/TR/png-3/"""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\xff\0\0" * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
