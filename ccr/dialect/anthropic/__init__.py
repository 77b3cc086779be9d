"""The Messages API: Anthropic's own, Claude on Vertex AI, and the endpoints that imitate it.

For requests that are edited on their way; what is passed on untouched does not come here.
https://docs.claude.com/en/api/messages
"""

from ccr.core.unified import Json
from ccr.dialect.anthropic.block import takes_files
from ccr.dialect.anthropic.decode import MessagesDecoder
from ccr.dialect.anthropic.encode import encode
from ccr.dialect.base import Call, Decoder, Target


class Anthropic:
    """The dialect `anthropic`."""

    name = "anthropic"

    def encode(self, request: Json, target: Target) -> Call:
        """Return the call to `target.base_url`, the full address of a `/v1/messages` endpoint."""
        return encode(request, target)

    def decoder(self, request: Json, target: Target) -> Decoder:
        """Return a decoder for the one reply to this request."""
        return MessagesDecoder()

    def reads_pdf(self, target: Target) -> bool:
        """Tell whether PDF goes as a `document` block."""
        return takes_files(target)
