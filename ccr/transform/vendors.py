"""Names of vendors: whoever answers at the address is treated as that vendor.

What a vendor is like stands in the vendor table. At the vendor's own address the names add nothing that is not known
already; they are for gateways and local servers in front of it.
"""

from typing import ClassVar

from msgspec.structs import replace

from ccr.core.unified import Json
from ccr.dialect.vendor import Vendor
from ccr.dialect.vendor_table import for_model, is_known, named
from ccr.transform.base import Context, Transformer


def treated_as(name: str, context: Context) -> Vendor:
    """Return the context's vendor with the habits of the one named.

    An address that nobody knows gets all of them, but what its model can see is told by the model's name: many a
    gateway has other models than the vendor. One that is known keeps its own, but gives reasoning back as the other one
    does where it would give back none.
    """
    here = context.vendor
    if here.name == name:
        return here
    other = for_model(named(name), context.model)
    limit = here.max_output or other.max_output
    if not is_known(here):
        return replace(other, dialect=here.dialect, auth=here.auth, images=here.images, max_output=limit)
    return replace(here, replay=other.replay if here.replay == "none" else here.replay, max_output=limit)


class _Named(Transformer):
    """What the names of vendors have in common."""

    def edit(self, request: Json, context: Context) -> Json:
        """Treat whoever answers as the vendor."""
        context.vendor = treated_as(self.name, context)
        return request


class DeepSeek(_Named):
    """Treats the provider as DeepSeek: reasoning goes back to it, and `max_tokens` is at most 8192 unless the model is
    known to take more."""

    name = "deepseek"
    limit: ClassVar[int] = 8192
    """Tokens. https://api-docs.deepseek.com/quick_start/pricing"""

    def edit(self, request: Json, context: Context) -> Json:
        """Cap the output where nothing better is known than DeepSeek's old limit."""
        request = super().edit(request, context)
        context.vendor = replace(context.vendor, max_output=context.vendor.max_output or self.limit)
        return request


class OpenRouter(_Named):
    """Treats the provider as OpenRouter: thinking is asked for in its way and goes back to it, `cache_control` reaches
    Claude models.

    any option: merged into the request body, such as `provider` for
    [provider routing](https://openrouter.ai/docs/features/provider-routing).
    """

    name = "openrouter"

    def edit(self, request: Json, context: Context) -> Json:
        """Merge the options into the body."""
        context.extra.update(self.options)
        return super().edit(request, context)


class Vercel(OpenRouter):
    """Treats the provider as Vercel's AI gateway, which works like OpenRouter.

    any option: merged into the request body, such as `providerOptions`.
    """

    name = "vercel"


class Groq(_Named):
    """Treats the provider as Groq, which refuses fields that others pass over."""

    name = "groq"


class Cerebras(_Named):
    """Treats the provider as Cerebras, which refuses fields that others pass over."""

    name = "cerebras"
