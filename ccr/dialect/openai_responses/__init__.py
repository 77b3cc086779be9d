"""OpenAI's Responses API, also as others understand it.

https://platform.openai.com/docs/api-reference/responses
"""

from ccr.core.unified import Json
from ccr.dialect.base import Call, Decoder, Target
from ccr.dialect.openai_responses.decode import ResponsesDecoder
from ccr.dialect.openai_responses.encode import encode
from ccr.dialect.openai_responses.vendor import takes_files


class OpenAIResponses:
    """The dialect `openai_responses`."""

    name = "openai_responses"

    def encode(self, request: Json, target: Target) -> Call:
        """Return the call to `target.base_url`, the full address of a `/responses` endpoint."""
        return encode(request, target)

    def decoder(self, request: Json, target: Target) -> Decoder:
        """Return a decoder for the one reply to this request."""
        return ResponsesDecoder(request)

    def reads_pdf(self, target: Target) -> bool:
        """Tell whether PDF goes as an `input_file`."""
        return takes_files(target.vendor)
