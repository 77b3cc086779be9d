"""What the Claude models take, told from their names, and whether a target is Claude at all.

Claude Code shapes a request for the model that it believes to talk to; a route may lead to another one.
https://docs.claude.com/en/docs/about-claude/models/overview
"""

import re
from typing import NamedTuple

from ccr.dialect.base import Target
from ccr.dialect.vendor import Vendor

_NAME = re.compile(
    r"claude-(?:(?P<old>\d)(?:[.-](?P<old_minor>\d{1,2})(?!\d))?-)?(?P<family>opus|sonnet|haiku|fable|mythos)"
    r"(?:-(?P<major>\d{1,2})(?!\d)(?:[.-](?P<minor>\d{1,2})(?!\d))?)?"
)
_NEWEST = (99, 0)

# The first version of each family that takes system messages within the conversation:
# https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
_LATE_SYSTEM = {"opus": (4, 8), "fable": (5, 0), "mythos": (5, 0), "sonnet": (5, 1), "haiku": (5, 1)}

EFFORTS = ("low", "medium", "high", "xhigh", "max")
"""`output_config.effort`, weakest first: https://platform.claude.com/docs/en/build-with-claude/effort"""


class Claude(NamedTuple):
    """A Claude model. A name that tells no version counts as the newest."""

    family: str
    version: tuple[int, int]

    @property
    def thinks(self) -> bool:
        """Whether it has extended thinking. https://docs.claude.com/en/docs/build-with-claude/extended-thinking"""
        return self.version >= (3, 7)

    @property
    def takes_budget(self) -> bool:
        """Whether `thinking: {type: "enabled", budget_tokens}` is taken; since Opus 4.7 it is refused."""
        return self.thinks and self.version < (4, 7)

    @property
    def takes_adaptive(self) -> bool:
        """Whether `thinking: {type: "adaptive"}` is taken."""
        return self.version >= (4, 6)

    @property
    def can_stop_thinking(self) -> bool:
        """Whether `thinking: {type: "disabled"}` is taken; Fable and Mythos always think."""
        return self.family not in ("fable", "mythos")

    @property
    def efforts(self) -> tuple[str, ...]:
        """The words of `output_config.effort` that it takes; empty if it takes none."""
        if self.version >= (4, 7):
            return EFFORTS
        if self.version == (4, 6):
            return ("low", "medium", "high", "max")
        return ("low", "medium", "high") if self == ("opus", (4, 5)) else ()

    @property
    def takes_format(self) -> bool:
        """Structured output: https://platform.claude.com/docs/en/build-with-claude/structured-outputs"""
        return self.version >= (4, 5) or self == ("opus", (4, 1))

    @property
    def takes_sampling(self) -> bool:
        """Whether `temperature`, `top_p` and `top_k` may be set; since Opus 4.7 they are refused."""
        return self.version < (4, 7)

    @property
    def takes_prefill(self) -> bool:
        """Whether a conversation may end with the assistant's turn; since Opus 4.6 it may not."""
        return self.version < (4, 6)

    @property
    def takes_late_system(self) -> bool:
        """Whether system messages may stand within the conversation."""
        return self.version >= _LATE_SYSTEM[self.family]


def read_model(name: str) -> Claude | None:
    """Return the model that a name in any platform's spelling tells, or None."""
    found = _NAME.search(name.lower())
    if found is None:
        return None
    major = found["old"] or found["major"]
    minor = found["old_minor"] if found["old"] else found["minor"]
    return Claude(found["family"], (int(major), int(minor or 0)) if major else _NEWEST)


def is_claude(target: Target) -> bool:
    """Tell whether Anthropic's own rules hold: signatures are checked, history is, unknown fields are errors."""
    return answers(target.vendor, target.model)


def answers(vendor: Vendor, model: str) -> bool:
    """Tell whether a vendor's model of this name is Claude.

    An address that nothing is known of counts if the model is called Claude: a gateway in front of it. Vendors that
    imitate the API take Claude's names too, but are known by their address.
    """
    return vendor.name in ("anthropic", "vertex") or (vendor.name in ("unknown", "local") and "claude" in model.lower())


def on_vertex(target: Target) -> bool:
    """Tell whether it is Claude on Vertex AI, which lacks some of the newer fields and blocks."""
    return target.vendor.name == "vertex"
