"""Usage figures in streams."""

from msgspec.structs import replace

from ccr.core.unified import Json
from ccr.transform.base import Context, Transformer


class StreamOptions(Transformer):
    """Asks for usage figures in streams with `stream_options`, also where the provider is not known to take it."""

    name = "streamoptions"

    def edit(self, request: Json, context: Context) -> Json:
        """Have the dialect send the option."""
        context.vendor = replace(context.vendor, usage_option=True)
        return request
