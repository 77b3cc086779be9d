"""Why a chat completion ended: the words of all vendors, and which of several reasons counts."""

from collections.abc import Collection, Mapping
from typing import Any

from ccr.core.event import Fault, Finish, StopReason
from ccr.dialect.fault import error_in, make_fault

FINISHES: dict[str, StopReason] = {
    "stop": "end_turn",
    "end_turn": "end_turn",
    "eos": "end_turn",
    "stop_sequence": "stop_sequence",
    "tool_calls": "tool_use",
    "tool_call": "tool_use",
    "tool_use": "tool_use",
    "function_call": "tool_use",
    "length": "max_tokens",
    "max_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "model_length": "max_tokens",
    "content_filter": "refusal",
    "content_filtered": "refusal",
    "safety": "refusal",
    "sensitive": "refusal",
    "refusal": "refusal",
    "model_context_window_exceeded": "model_context_window_exceeded",
}
"""`finish_reason` in lower case. What is not here means that the model is done."""

BROKEN: dict[str, int] = {
    "error": 502,
    "network_error": 502,
    "abort": 502,
    "aborted": 502,
    "cancelled": 502,
    "insufficient_system_resource": 529,
}
"""Finish reasons that are failures, with the status that fits.

GLM sends network_error, DeepSeek insufficient_system_resource, OpenRouter error.
"""

PLAIN: tuple[StopReason, ...] = ("end_turn", "tool_use")


class Ending:
    """Collects the finish reasons of one reply: vendors repeat them, and some send more after the first."""

    def __init__(self, stops: Collection[str]) -> None:
        self.finish: Finish | None = None
        self.refused = False
        """Whether the model said in its own field that it refuses."""
        self._stops = stops

    def note(self, choice: Mapping[str, Any]) -> Fault | None:
        """Take a choice that may have a finish reason. Returns the fault if the reason is a failure."""
        reason = choice.get("finish_reason")
        if not reason:
            return None
        word = reason.lower() if isinstance(reason, str) else "stop"
        if word in BROKEN:
            message = f"the upstream stopped with {word!r}"
            return error_in(choice) or make_fault(BROKEN[word], message, code=word)
        self._settle(word, choice.get("stop_reason") or choice.get("matched_stop"))
        return None

    def complete(self) -> None:
        """The reply is complete although no reason was told."""
        if self.finish is None:
            self._settle("stop", None)

    def _settle(self, word: str, matched: Any) -> None:
        """A special reason is never replaced by a plain one."""
        if self.finish is not None and self.finish.reason not in PLAIN:
            return
        # vLLM and SGLang tell the stop sequence that was found:
        # https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html,
        # https://docs.sglang.ai/basic_usage/openai_api_completions.html
        if isinstance(matched, str) and matched in self._stops:
            self.finish = Finish("stop_sequence", matched)
            return
        found = "refusal" if self.refused else FINISHES.get(word, "end_turn")
        if self.finish is None or found not in PLAIN:
            self.finish = Finish(found)
