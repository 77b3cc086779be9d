"""The address of a method of a Gemini model, from any form of base URL that users have. The key is never in it."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_METHOD = re.compile(r"/models(/[^/]+:\w+)?$")
_VERSION = re.compile(r"/v\d\w*$")


def method_url(base_url: str, model: str, *, stream: bool) -> str:
    """Return the URL of `generateContent`, streamed as server-sent events if asked for.

    The base may be a bare host, end in a version (`/v1beta`), in `/models`, or name a model's method already; Google's
    OpenAI-compatible `/openai` is left out. https://ai.google.dev/api/generate-content
    """
    scheme, host, path, query, _ = urlsplit(base_url)
    path = re.sub(r"/openai(/chat/completions)?$", "", path.rstrip("/"))
    path = _METHOD.sub("", path)
    if not _VERSION.search(path):
        path += "/v1beta"
    name = model.removeprefix("models/")
    resource = name if name.startswith("tunedModels/") else f"models/{name}"
    return with_method(urlunsplit((scheme, host, f"{path}/{quote(resource, safe='/@')}", query, "")), stream=stream)


def with_method(resource_url: str, *, stream: bool) -> str:
    """Return the address of a model's method. A key in the query is dropped: addresses end up in logs."""
    scheme, host, path, query, _ = urlsplit(resource_url)
    fields = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k not in ("key", "alt")]
    if stream:
        fields.append(("alt", "sse"))
    method = "streamGenerateContent" if stream else "generateContent"
    return urlunsplit((scheme, host, f"{path}:{method}", urlencode(fields), ""))
