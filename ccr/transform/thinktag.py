"""Thinking between tags in the text: of models that mark it so by themselves, and of models that are told to."""

from collections.abc import Iterable

from msgspec.structs import replace

from ccr.core.event import Event, Start, Text, ToolArgs, ToolEnd, UsageSeen
from ccr.core.tagscan import TagScanner
from ccr.core.unified import Json
from ccr.transform.base import Context, Filter, Transformer
from ccr.transform.instruction import instruct

OPEN, CLOSE = "<reasoning_content>", "</reasoning_content>"

INSTRUCTION = f"""Before each answer and before each tool call, think step by step about what is asked, what you know, \
what may go wrong and what to do next. Write these thoughts between {OPEN} and {CLOSE}, then answer or call the tool. \
Always begin with {OPEN}, close it before anything else, and never mention these tags."""

KEPT = 10
"""Thoughts of earlier turns that the model gets to see again, at least."""


class TagFilter:
    """Turns what stands between tags into thinking."""

    def __init__(self, scanner: TagScanner) -> None:
        self._scanner = scanner

    def feed(self, event: Event) -> Iterable[Event]:
        """Scan text. What isn't text ends it, but for usage figures, which some vendors send with every piece."""
        if isinstance(event, Text):
            return self._scanner.feed(event.text)
        if isinstance(event, Start | UsageSeen | ToolArgs | ToolEnd):
            return [event]
        return [*self._scanner.flush(), event]

    def close(self) -> Iterable[Event]:
        """Release the rest."""
        return self._scanner.flush()


class ExtraThinkTag(Transformer):
    """Turns `<think>…</think>` and other models' tags in the text into thinking."""

    name = "extrathinktag"

    def filter(self, context: Context) -> Filter:
        """Return the scanner for the tags that models use by themselves."""
        return TagFilter(TagScanner())


class ForceReasoning(Transformer):
    """Makes models think that can't by themselves: they are told to write their thoughts between tags, which become
    thinking, and get to see the latest ones again."""

    name = "forcereasoning"

    def edit(self, request: Json, context: Context) -> Json:
        """Add the instruction, and earlier thoughts in the form that it asks for."""
        request.pop("reasoning", None)
        context.vendor = replace(context.vendor, replay="none")
        messages = request["messages"]
        thoughtful = [n for n, message in enumerate(messages) if (message.get("thinking") or {}).get("content")]
        # What is left out changes only every so often, so that the beginning of the conversation stays in the
        # provider's cache for some turns.
        shown = set(thoughtful[max(0, len(thoughtful) - KEPT) // KEPT * KEPT :])
        request["messages"] = [_tagged(m, shown=n in shown) if "thinking" in m else m for n, m in enumerate(messages)]
        instruct(request, INSTRUCTION)
        return request

    def filter(self, context: Context) -> Filter:
        """Return the scanner for the tag that the model was told to use."""
        return TagFilter(TagScanner({OPEN: CLOSE}))


def _tagged(message: Json, *, shown: bool) -> Json:
    changed = {name: value for name, value in message.items() if name not in ("thinking", "order")}
    if shown:
        thought = {"type": "text", "text": f"{OPEN}{message['thinking']['content']}{CLOSE}\n"}
        content = message.get("content")
        said = [{"type": "text", "text": content}] if isinstance(content, str) and content else content
        changed["content"] = [thought, *(said or ())]
    return changed
