"""What a Gemini model can do, read from its name: Google ties limits to families, and names them in the model id.

Sources: https://ai.google.dev/gemini-api/docs/thinking and https://ai.google.dev/gemini-api/docs/models
"""

import re
from typing import Literal

import msgspec

from ccr.dialect.base import Target

Level = Literal["minimal", "low", "medium", "high"]
Tier = Literal["pro", "flash", "flash-lite", "other"]

_VERSION = re.compile(r"gemini-(\d+)(?:\.(\d+))?\b")
_NEWEST = (99, 0)
"""What `gemini-flash-latest` and its kind count as: always the newest generation."""

_NO_THINKING = ("image", "tts", "embedding", "audio", "live")


class Model(msgspec.Struct, frozen=True):
    """The abilities of one model. The defaults suit a name that says nothing."""

    version: tuple[int, int] = (0, 0)
    tier: Tier = "other"
    thinking: Literal["none", "budget", "level"] = "none"
    levels: tuple[Level, ...] = ()
    """The thinking levels it takes, lowest first."""
    budget: tuple[int, int] = (0, 24576)
    """The least and the most tokens of an explicit thinking budget."""
    stoppable: bool = False
    """Thinking can be switched off."""
    max_output: int | None = None
    """Tokens. Vertex rejects a request for more."""
    system: bool = True
    """Takes a system instruction."""

    @property
    def signs(self) -> bool:
        """Rejects function calls in the history that lack a thought signature.

        https://ai.google.dev/gemini-api/docs/thought-signatures
        """
        return self.version >= (3, 0)

    @property
    def sees_results(self) -> bool:
        """Takes pictures and documents inside a function response.

        https://ai.google.dev/gemini-api/docs/function-calling#multimodal
        """
        return self.version >= (3, 0)

    @property
    def mixes(self) -> bool:
        """Takes server-side tools, structured output and functions in one request.

        https://ai.google.dev/gemini-api/docs/tool-combination
        """
        return self.version >= (3, 0)

    @property
    def json_schema(self) -> bool:
        """Takes `responseJsonSchema`: https://ai.google.dev/gemini-api/docs/structured-output"""
        return self.version >= (2, 5)

    @property
    def samples(self) -> bool:
        """Takes temperature, topP and topK. From 3.5 Flash-Lite and 3.6 on they are fixed.

        https://github.com/langchain-ai/langchain-google/pull/1897
        """
        return not self._modern

    @property
    def continues(self) -> bool:
        """Goes on with a trailing model turn; newer models answer 400 "Requests ending with a model turn ..."."""
        return not self._modern

    @property
    def _modern(self) -> bool:
        return self.version >= (3, 6) or (self.version == (3, 5) and self.tier == "flash-lite")


def model_of(name: str) -> Model:
    """Return what is known of a model by its id (`gemini-2.5-pro`, `models/gemini-flash-latest`, ...)."""
    name = name.lower()
    if "gemini" not in name:
        # Gemma answers a system instruction with 400 "Developer instruction is not enabled" up to version 3.
        return Model(system=not re.search(r"gemma-[123]\b", name), max_output=8192 if "gemma" in name else None)
    version, tier = _version(name), _tier(name)
    limit = 65536 if version >= (2, 5) else 8192
    model = Model(version, tier, max_output=limit if version > (0, 0) else None)
    if version < (2, 5) or any(word in name for word in _NO_THINKING):
        return model
    if version >= (3, 0):
        return msgspec.structs.replace(model, thinking="level", levels=_levels(version, tier))
    least, most = {"pro": (128, 32768), "flash-lite": (512, 24576)}.get(tier, (0, 24576))
    return msgspec.structs.replace(model, thinking="budget", budget=(least, most), stoppable=tier != "pro")


def _version(name: str) -> tuple[int, int]:
    found = _VERSION.search(name)
    if found:
        return int(found[1]), int(found[2] or 0)
    return _NEWEST if name.endswith("-latest") else (0, 0)


def _tier(name: str) -> Tier:
    if "flash-lite" in name:
        return "flash-lite"
    if "flash" in name:
        return "flash"
    return "pro" if "pro" in name else "other"


def _levels(version: tuple[int, int], tier: Tier) -> tuple[Level, ...]:
    """Return the levels, by the table of https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thinking."""
    if tier == "pro" and version == (3, 0):
        return ("low", "high")
    if (tier == "flash" and version <= (3, 6)) or (tier == "flash-lite" and version < _NEWEST):
        return ("minimal", "low", "medium", "high")
    return ("low", "medium", "high")


class Recipient(msgspec.Struct, frozen=True):
    """Who gets a request: the target, what its model can do, and on which of Google's two platforms it runs."""

    target: Target
    model: Model
    vertex: bool = False


def recipient(target: Target, *, vertex: bool = False) -> Recipient:
    """Return the recipient that a target stands for."""
    return Recipient(target, model_of(target.model), vertex)
