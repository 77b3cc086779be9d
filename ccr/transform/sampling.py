"""How the model chooses its words."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ccr.core.unified import Json
from ccr.transform.base import Context, Transformer
from ccr.transform.limits import cap
from ccr.transform.option import count, number


class Sampling(Transformer):
    """Sets how the model samples, whatever the client asks for.

    `temperature`, `top_p`, `top_k`, `repetition_penalty`: sent as given.
    `max_tokens`: lowers `max_tokens` to this limit.
    """

    name = "sampling"

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self.limit = count(options, "max_tokens")
        self.penalty = number(options, "repetition_penalty")
        wanted = {name: number(options, name) for name in ("temperature", "top_p", "top_k")}
        self.wanted = {name: value for name, value in wanted.items() if value is not None}

    def edit(self, request: Json, context: Context) -> Json:
        """Set the fields; having been asked for by name, they are sent to vendors that usually get none."""
        cap(request, self.limit)
        request.update(self.wanted)
        if self.wanted:
            context.vendor = replace(
                context.vendor, sampling=True, top_k=context.vendor.top_k or "top_k" in self.wanted
            )
        if self.penalty is not None:
            context.extra["repetition_penalty"] = self.penalty
        return request
