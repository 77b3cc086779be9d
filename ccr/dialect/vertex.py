"""Models on Google Cloud's Vertex AI: Gemini, Claude, and open models behind an OpenAI-style endpoint.

They share the project, the location and the Google credentials in the address and the header; the bodies are those
of the makers. https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
"""

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec.structs import replace

from ccr.core.jsonio import dump
from ccr.core.unified import Json
from ccr.dialect.anthropic import Anthropic
from ccr.dialect.anthropic.encode import messages_body
from ccr.dialect.base import Call, Decoder, Target
from ccr.dialect.gemini.decode import GeminiDecoder
from ccr.dialect.gemini.encode import encode_body
from ccr.dialect.gemini.model import recipient
from ccr.dialect.gemini.url import with_method
from ccr.dialect.openai_chat import OpenAIChat
from ccr.errors import Unavailable

Maker = Literal["google", "anthropic", "openai"]
"""Whose wire format a model speaks."""

GLOBAL = "global"
"""The location unless told: Gemini 3 answers 404 in single regions, and every current model is there."""

CLAUDE_VERSION = "vertex-2023-10-16"
"""https://docs.claude.com/en/api/claude-on-vertex-ai"""

_HOST = re.compile(r"(?:([a-z0-9-]+)-)?aiplatform\.(?:([a-z]+)\.rep\.)?googleapis\.com$")
_PLACE = re.compile(r"/projects/([^/]+)(?:/locations/([^/]+))?")
_VERSION = re.compile(r"/(v\d\w*)(?=/|$)")
_VERSIONS: Mapping[Maker, str] = {"google": "v1beta1", "anthropic": "v1", "openai": "v1"}
"""Gemini by the version that Google's own SDK uses, which takes what is new first."""


class Vertex:
    """The dialect `vertex`.

    Options of its transformer entry: `project` and `location`, which may also stand in the address, and `publisher`
    (`google`, `anthropic` or `openai`) where the model's name doesn't tell.
    """

    name = "vertex"

    _claude = Anthropic()
    _openai = OpenAIChat()

    def encode(self, request: Json, target: Target) -> Call:
        """Return the call. Raises Unavailable if the project is not known."""
        stream = bool(request.get("stream"))
        maker = maker_of(target)
        root = place_url(target, _VERSIONS[maker])
        if maker == "openai":
            url = f"{root}/endpoints/openapi/chat/completions"
            return replace(self._openai.encode(request, _as_chat(target, url)), url=url, auth="google")
        model = f"{root}/publishers/{maker}/models/{quote(_bare(target.model), safe='@')}"
        if maker == "google":
            url, body = with_method(model, stream=stream), encode_body(request, recipient(target, vertex=True))
        else:
            # Anthropic's own body, but that the model stands in the address and the version in the body.
            url = f"{model}:{'streamRawPredict' if stream else 'rawPredict'}"
            body = {"anthropic_version": CLAUDE_VERSION, **messages_body(request, _as_vertex(target))}
            del body["model"]
        return Call(url=url, body=dump(body), auth="google")

    def decoder(self, request: Json, target: Target) -> Decoder:
        """Return the decoder of the model's maker."""
        maker = maker_of(target)
        if maker == "google":
            return GeminiDecoder(request)
        return (self._claude if maker == "anthropic" else self._openai).decoder(request, target)

    def reads_pdf(self, target: Target) -> bool:
        """Tell whether PDF goes as it is: to Google's and Anthropic's own models."""
        return maker_of(target) != "openai"


def _as_vertex(target: Target) -> Target:
    """A proxy's address does not tell that Claude runs on Vertex, where it lacks some fields; the dialect does."""
    return replace(target, vendor=replace(target.vendor, name="vertex"))


def _as_chat(target: Target, url: str) -> Target:
    """What Claude takes on this platform, the OpenAI-style endpoint does not."""
    return replace(
        target, base_url=url, vendor=replace(target.vendor, cache_control=False, documents=False, top_k=False)
    )


def maker_of(target: Target) -> Maker:
    """Return whose wire format the target's model speaks: by the option `publisher`, else by its name.

    Names with a maker in front (`meta/llama-4-maverick-17b-128e-instruct-maas`) are those of the OpenAI-style endpoint.
    """
    for maker in _VERSIONS:
        if target.options.get("publisher") == maker:
            return maker
    name = target.model.lower()
    if "claude" in name:
        return "anthropic"
    return "google" if "gemini" in name and "/" not in _bare(name) else "openai"


def place_url(target: Target, version: str) -> str:
    """Return the address of the project and location, without a slash at its end.

    The address that the user gave may be empty, a host, a proxy's, or name the place (`/v1/projects/p/locations/l`); an
    option wins over what it says, and both over what the credentials tell. Raises Unavailable without a project.
    """
    scheme, host, path, _, _ = urlsplit(target.base_url)
    place = _PLACE.search(path)
    given = _VERSION.search(path)
    prefix = path[: min(m.start() for m in (place, given) if m)] if place or given else path
    project = _option(target.options, "project") or (place[1] if place else "") or target.defaults.get("project", "")
    if not project:
        raise Unavailable(
            f"the provider {target.provider!r} needs a Google Cloud project: set the option 'project' of its vertex "
            "transformer, or the environment variable GOOGLE_CLOUD_PROJECT",
            should_retry=False,
        )
    google = _HOST.fullmatch(host)
    told = _option(target.options, "location") or (place[2] if place else "") or _region(google)
    location = told or target.defaults.get("location") or GLOBAL
    if google or not host:
        scheme, host = "https", host_of(location)
    tail = f"{given[1] if given else version}/projects/{quote(project, safe=':')}/locations/{quote(location)}"
    return urlunsplit((scheme, host, f"{prefix.rstrip('/')}/{tail}", "", ""))


def host_of(location: str) -> str:
    """Return Google's host for a location: https://cloud.google.com/vertex-ai/docs/general/locations"""
    if location == GLOBAL:
        return "aiplatform.googleapis.com"
    if location in ("us", "eu"):
        return f"aiplatform.{location}.rep.googleapis.com"
    return f"{location}-aiplatform.googleapis.com"


def _region(host: re.Match[str] | None) -> str:
    return (host[1] or host[2] or "") if host else ""


def _bare(model: str) -> str:
    """Return the model's id out of a resource name (`publishers/google/models/...`)."""
    return model.rpartition("models/")[2]


def _option(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name)
    return value.strip() if isinstance(value, str) else ""
