"""Events to content blocks: the one place that knows blocks, their indexes, starts and stops.

`Encoder` is the state machine; what it opens, extends and closes goes to a subclass that writes server-sent events
(`stream.py`) or builds one message (`message.py`), so that a streamed reply and a whole one are the same.
Block rules: https://docs.claude.com/en/docs/build-with-claude/streaming
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

from ccr.anthropic.toolinput import ToolInput
from ccr.core.event import (
    Break,
    Citation,
    Event,
    Fault,
    Finish,
    Opaque,
    Signature,
    Start,
    StopReason,
    Text,
    Thinking,
    ToolArgs,
    ToolEnd,
    ToolStart,
    UsageSeen,
    WebSearch,
)
from ccr.core.jsonio import dump_text
from ccr.core.usage import Usage, latest

Json = dict[str, Any]
Delta = Literal["text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta"]

CUTTING: frozenset[StopReason] = frozenset({"max_tokens", "model_context_window_exceeded", "refusal"})
"""Reasons that may end a reply in the middle of a tool call, which then must not run."""

TOKEN_LENGTH = 4
"""Characters of text that count as one token, where an upstream never tells how many it wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What is known of a reply before it begins."""

    message_id: str
    """Ours, unique, `msg_...`."""
    model: str
    """What the client asked for; its own accounting goes by that name."""
    seal: Callable[[str], str]
    """Turns a dialect's signature payload into the client's signature."""
    prompt_tokens: int = 0
    """An estimate of the prompt, until the upstream tells."""
    used_ids: Collection[str] = ()
    """Tool ids that the conversation has already: the client takes an id to be unique in its session."""
    spent: Usage | None = None
    """What other replies have cost already to make this one: the client is told the sum."""


class Encoder(ABC):
    """Takes the events of one reply."""

    def __init__(self, heading: Heading) -> None:
        self.message_id = heading.message_id
        self.model = heading.model
        self.usage: Usage | None = None
        self.finish: Finish | None = None
        self.fault: Fault | None = None
        self.started = False
        self.tool_ids: list[str] = []
        self.thoughts: list[Json] = []
        """The thinking blocks that were sent, as the client should give them back."""
        self._seal = heading.seal
        self._prompt_tokens = heading.prompt_tokens
        self._spent = heading.spent
        self._used_ids = set(heading.used_ids)
        self._open: Literal["", "text", "thinking", "tool"] = ""
        self._searches = self._failed_searches = 0
        self._input: ToolInput | None = None
        self._written = 0
        self._thought: list[str] = []
        self._usage_more: Json = {}

    def feed(self, event: Event) -> None:
        """Take the next event. Everything after a `Fault` is passed over."""
        if self.fault is None:
            _STEPS[type(event)](self, event)

    def close(self) -> None:
        """The reply is complete: close the open block and write the end. Needs a `Finish` to have come."""
        if self.fault is None:
            self._begin()
            reason = self.stop_reason
            self._stop_block(cut=self._is_cut)
            self._end(reason, self.finish.stop_sequence if self.finish and reason == self.finish.reason else None)

    @property
    def stop_reason(self) -> StopReason:
        """Why the reply ended, in Anthropic's words: `tool_use` whenever the client has a whole tool call to run."""
        reason = self.finish.reason if self.finish else "end_turn"
        if self.tool_ids and not self._is_cut:
            return "tool_use"
        return "end_turn" if reason == "tool_use" else reason

    @property
    def _is_cut(self) -> bool:
        """Whether the reply ended within the arguments of its last call."""
        ended = self.finish is not None and self.finish.reason in CUTTING
        return ended and self._input is not None and not self._input.whole

    def usage_json(self) -> Json:
        """Return the usage in Anthropic's form: the truth as far as the upstream told it, else the estimate."""
        usage = self.usage or Usage(input=self._prompt_tokens, output=-(-self._written // TOKEN_LENGTH))
        if usage.prompt == 0 and self._prompt_tokens:
            usage = latest(usage, Usage(input=self._prompt_tokens))
        usage = usage.plus(self._spent)
        found: Json = {
            "input_tokens": usage.input,
            "cache_creation_input_tokens": usage.cache_write,
            "cache_read_input_tokens": usage.cache_read,
            "output_tokens": usage.output,
            **self._usage_more,
        }
        if searches := max(usage.searches, self._searches - self._failed_searches):
            others = {"web_fetch_requests": 0, **(self._usage_more.get("server_tool_use") or {})}
            found["server_tool_use"] = {**others, "web_search_requests": searches}
        return found

    @abstractmethod
    def _message_start(self) -> None: ...

    @abstractmethod
    def _block_start(self, block: Json) -> None: ...

    @abstractmethod
    def _block_delta(self, kind: Delta, value: Any) -> None: ...

    @abstractmethod
    def _raw_delta(self, delta: Json) -> None: ...

    @abstractmethod
    def _block_stop(self) -> None: ...

    @abstractmethod
    def _end(self, stop_reason: StopReason, stop_sequence: str | None) -> None: ...

    @abstractmethod
    def _fail(self, fault: Fault) -> None: ...

    def _begin(self) -> None:
        if not self.started:
            self.started = True
            self._message_start()

    def _enter(self, kind: Literal["text", "thinking", "tool"], block: Json) -> None:
        self._begin()
        self._stop_block()
        self._open = kind
        self._block_start(block)

    def _sign(self, payload: str) -> None:
        signature = self._seal(payload)
        self.thoughts.append({"type": "thinking", "thinking": "".join(self._thought), "signature": signature})
        self._thought = []
        self._block_delta("signature_delta", signature)

    def _stop_block(self, *, cut: bool = False) -> None:
        if self._open == "thinking":
            # Clients send thinking back only with a signature; ours says whose it is.
            self._sign("")
        if self._open == "tool" and self._input is not None:
            if rest := self._input.close(cut=cut):
                self._block_delta("input_json_delta", rest)
            self._input = self._input if cut else None
        self._leave()

    def _leave(self) -> None:
        if self._open:
            self._block_stop()
        self._open = ""

    def _whole_block(self, block: Json) -> None:
        self._begin()
        self._stop_block()
        self._block_start(block)
        self._block_stop()

    def _on_start(self, event: Start) -> None:
        self._usage_more.update(event.more or {})
        if event.usage is not None:
            self.usage = latest(self.usage, event.usage)

    def _on_text(self, event: Text) -> None:
        if self._open != "text":
            self._enter("text", {"type": "text", "text": ""})
        self._written += len(event.text)
        self._block_delta("text_delta", event.text)

    def _on_break(self, event: Break) -> None:
        if self._open == "text":
            self._stop_block()

    def _on_thinking(self, event: Thinking) -> None:
        if self._open != "thinking":
            self._enter("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        self._thought.append(event.text)
        self._written += len(event.text)
        self._block_delta("thinking_delta", event.text)

    def _on_signature(self, event: Signature) -> None:
        if event.redacted:
            self._whole_block({"type": "redacted_thinking", "data": event.payload})
            return
        if self._open != "thinking":
            self._enter("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        self._sign(event.payload)
        self._leave()

    def _on_tool_start(self, event: ToolStart) -> None:
        tool_id = self._fresh_id(event.id)
        self.tool_ids.append(tool_id)
        more = event.more or {}
        self._enter("tool", {"type": "tool_use", "id": tool_id, "name": event.name, "input": {}, **more})
        self._input = ToolInput()

    def _on_tool_args(self, event: ToolArgs) -> None:
        if self._open != "tool" or self._input is None:
            return
        self._written += len(event.json)
        if sound := self._input.feed(event.json):
            self._block_delta("input_json_delta", sound)

    def _on_tool_end(self, event: ToolEnd) -> None:
        # Whether unfinished arguments are a mistake or were cut off is known when the reply goes on or ends.
        if self._open == "tool" and self._input is not None and self._input.whole:
            self._stop_block()

    def _fresh_id(self, given: str) -> str:
        found = given or f"toolu_{self.message_id.removeprefix('msg_')}_{len(self.tool_ids)}"
        count = 2
        while found in self._used_ids:
            found = f"{given}_{self.message_id.removeprefix('msg_')[-8:]}_{count}"
            count += 1
        self._used_ids.add(found)
        return found

    def _on_search(self, event: WebSearch) -> None:
        self._searches += 1
        call_id = event.id or f"srvtoolu_{self.message_id.removeprefix('msg_')}_{self._searches}"
        if not call_id.startswith("srvtoolu_"):
            call_id = f"srvtoolu_{call_id}"
        self._begin()
        self._stop_block()
        self._block_start({"type": "server_tool_use", "id": call_id, "name": "web_search", "input": {}})
        self._block_delta("input_json_delta", dump_text({"query": event.query}))
        self._block_stop()
        content: Any = [
            {
                "type": "web_search_result",
                "url": hit.url,
                "title": hit.title or hit.url,
                "encrypted_content": hit.content,
                "page_age": hit.page_age or None,
            }
            for hit in event.hits
        ]
        if event.error:
            # https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool: it is not billed.
            self._failed_searches += 1
            content = {"type": "web_search_tool_result_error", "error_code": event.error}
        self._whole_block({"type": "web_search_tool_result", "tool_use_id": call_id, "content": content})

    def _on_citation(self, event: Citation) -> None:
        if self._open == "text":
            made = {"type": "web_search_result_location", "url": event.url, "title": event.title or event.url}
            made |= {"encrypted_index": "", "cited_text": event.cited_text}
            self._block_delta("citations_delta", event.raw or made)

    def _on_opaque(self, event: Opaque) -> None:
        self._begin()
        self._stop_block()
        block, deltas = event.block, event.deltas
        if not deltas and block.get("input") and str(block.get("type")).endswith("tool_use"):
            # Clients take the input of a streamed call from its deltas only.
            deltas = ({"type": "input_json_delta", "partial_json": dump_text(block["input"])},)
            block = {**block, "input": {}}
        self._block_start(block)
        for delta in deltas:
            self._raw_delta(delta)
        self._block_stop()

    def _on_usage(self, event: UsageSeen) -> None:
        self._usage_more.update(event.more or {})
        self.usage = latest(self.usage, event.usage)

    def _on_finish(self, event: Finish) -> None:
        self.finish = event

    def _on_fault(self, event: Fault) -> None:
        self.fault = event
        self._fail(event)


_STEPS: dict[type[Event], Callable[[Any, Any], None]] = {
    Start: Encoder._on_start,
    Text: Encoder._on_text,
    Break: Encoder._on_break,
    Thinking: Encoder._on_thinking,
    Signature: Encoder._on_signature,
    ToolStart: Encoder._on_tool_start,
    ToolArgs: Encoder._on_tool_args,
    ToolEnd: Encoder._on_tool_end,
    WebSearch: Encoder._on_search,
    Citation: Encoder._on_citation,
    Opaque: Encoder._on_opaque,
    UsageSeen: Encoder._on_usage,
    Finish: Encoder._on_finish,
    Fault: Encoder._on_fault,
}
