"""Gemini's own API: `generateContent` and its stream.

https://ai.google.dev/api/generate-content
"""

from ccr.core.unified import Json
from ccr.dialect.base import Call, Decoder, Target
from ccr.dialect.gemini.code_assist import Unwrapping, in_envelope
from ccr.dialect.gemini.decode import GeminiDecoder
from ccr.dialect.gemini.encode import encode


class Gemini:
    """The dialect `gemini`."""

    name = "gemini"

    def encode(self, request: Json, target: Target) -> Call:
        """Return the call to `target.base_url`, any form of the API's address: host, version, or `/models/`."""
        return in_envelope(request, target) if target.options.get("code_assist") else encode(request, target)

    def decoder(self, request: Json, target: Target) -> Decoder:
        """Return a decoder for the one reply to this request."""
        decoder = GeminiDecoder(request)
        return Unwrapping(decoder) if target.options.get("code_assist") else decoder

    def reads_pdf(self, target: Target) -> bool:
        """Every Gemini model reads PDF."""
        return True
