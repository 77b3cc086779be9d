"""A unified request to the body of `generateContent`: an allow-list of fields, within the rules of the model."""

from ccr.core.jsonio import dump, dump_text
from ccr.core.unified import Json
from ccr.dialect.base import Call, Target
from ccr.dialect.gemini.config import generation_config, wanted_schema
from ccr.dialect.gemini.contents import encode_contents
from ccr.dialect.gemini.model import Recipient, recipient
from ccr.dialect.gemini.tools import encode_tools
from ccr.dialect.gemini.url import method_url


def encode(request: Json, target: Target) -> Call:
    """Return the call to the Gemini API. `target.base_url` is any form of its address."""
    stream = bool(request.get("stream"))
    return Call(
        url=method_url(target.base_url, target.model, stream=stream),
        body=dump(encode_body(request, recipient(target))),
        auth="bearer" if target.options.get("UseBearer") else "x-goog-api-key",
    )


def encode_body(request: Json, to: Recipient) -> Json:
    """Return the body, the same for both platforms but for what only one of them takes."""
    system, contents = encode_contents(request.get("messages") or (), to)
    tools, config = encode_tools(request, to)
    if tools and not to.model.mixes and (schema := wanted_schema(request.get("response_format"))) is not None:
        # "Function calling with a response mime type: 'application/json' is unsupported"
        system = [
            *system,
            {"text": f"Answer with JSON only, without a code fence, by this schema: {dump_text(schema)}"},
        ]
    body: Json = {"systemInstruction": {"parts": system}} if system else {}
    body["contents"] = contents
    if tools:
        body["tools"] = tools
    if config:
        body["toolConfig"] = config
    if settings := generation_config(request, to, has_tools=bool(tools)):
        body["generationConfig"] = settings
    return body
