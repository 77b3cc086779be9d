"""The limit of the reply's length."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ccr.core.unified import Json
from ccr.transform.base import Context, Transformer
from ccr.transform.option import OptionError, count


def cap(request: Json, limit: int | None) -> None:
    """Lower the request's `max_tokens` to the limit; a lower one stays."""
    asked = request.get("max_tokens")
    if limit is not None and isinstance(asked, int) and asked > limit:
        request["max_tokens"] = limit


class MaxToken(Transformer):
    """Lowers `max_tokens` to a limit of your own.

    `max_tokens`: the limit, in tokens.
    """

    name = "maxtoken"

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self.limit = count(options, "max_tokens")
        if self.limit is None:
            raise OptionError('the option \'max_tokens\' is missing, as in ["maxtoken", {"max_tokens": 16384}]')

    def edit(self, request: Json, context: Context) -> Json:
        """Lower the limit."""
        cap(request, self.limit)
        return request


class MaxCompletionTokens(Transformer):
    """Sends the limit as `max_completion_tokens`, which newer models want in the place of `max_tokens`."""

    name = "maxcompletiontokens"

    def edit(self, request: Json, context: Context) -> Json:
        """Have the dialect use the other name."""
        context.vendor = replace(context.vendor, limit_field="max_completion_tokens")
        return request
