"""Chat completions, as OpenAI defined them and as everybody else understood them.

https://platform.openai.com/docs/api-reference/chat
"""

from ccr.core.unified import Json
from ccr.dialect.base import Call, Decoder, Target
from ccr.dialect.openai_chat.decode import ChatDecoder
from ccr.dialect.openai_chat.encode import encode
from ccr.dialect.openai_chat.search import is_vain


class OpenAIChat:
    """The dialect `openai_chat`."""

    name = "openai_chat"

    def encode(self, request: Json, target: Target) -> Call:
        """Return the call to `target.base_url`, the full address of a chat-completions endpoint."""
        return encode(request, target)

    def decoder(self, request: Json, target: Target) -> Decoder:
        """Return a decoder for the one reply to this request."""
        return ChatDecoder(request, vain=is_vain(request, target.vendor))

    def reads_pdf(self, target: Target) -> bool:
        """Tell whether PDF goes as a `file` part."""
        return target.vendor.documents
