"""What a user's transformer made of a request, as the rest of the router expects it."""

from ccr.core.unified import Json
from ccr.transform.base import Context
from ccr.transform.customparams import UNIFIED

KNOWN = UNIFIED | {"anthropic"}


def settled(request: Json, context: Context) -> Json:
    """Return the request with the fields of its own only; further ones are the vendor's and are sent as they are."""
    for message in request["messages"]:
        # OpenAI's newer name for what every vendor takes as `system`.
        if isinstance(message, dict) and message.get("role") == "developer":
            message["role"] = "system"
    for name in request.keys() - KNOWN:
        context.extra[name] = request.pop(name)
    return request
