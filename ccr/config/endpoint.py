"""Where to send a request, from what users write as `api_base_url`: a full endpoint or the base URL of an SDK.

`https://api.deepseek.com`, `http://localhost:11434/v1` and `https://openrouter.ai/api/v1/chat/completions` all
work, with or without a slash at the end, with a query or without.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from ccr.dialect.vendor import DialectName

_LEAVES: Mapping[DialectName, str] = {
    "openai_chat": "/chat/completions",
    "openai_responses": "/responses",
    "anthropic": "/messages",
    "gemini": "/models/",
}
"""What follows the version in the path of each wire format's endpoint."""

_KNOWN_END = re.compile(
    r"(/chat/completions|/completions|/responses|/messages(/count_tokens)?|/models(/[^/]+:\w+)?)$", re.IGNORECASE
)
_VERSION = re.compile(r"(^|/)v\d+\w*$", re.IGNORECASE)
_GEMINI_COMPATIBLE = re.compile(r"(/v\d+\w*)/openai$", re.IGNORECASE)

# The path of the API at hosts that people write without one, where it isn't /v1:
# https://openrouter.ai/docs/api-reference/overview
# https://console.groq.com/docs/openai
# https://docs.perplexity.ai/api-reference/chat-completions-post
# https://api-docs.deepseek.com/
# https://ai.google.dev/gemini-api/docs/openai
# https://docs.fireworks.ai/tools-sdks/openai-compatibility
# https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope
# https://docs.z.ai/api-reference/introduction, https://docs.bigmodel.cn/cn/api/introduction
# https://www.volcengine.com/docs/82379/1494384
_ROOTS: Mapping[str, str] = {
    "openrouter.ai": "/api/v1",
    "api.groq.com": "/openai/v1",
    "api.perplexity.ai": "",
    "api.deepseek.com": "",
    "generativelanguage.googleapis.com": "/v1beta/openai",
    "api.fireworks.ai": "/inference/v1",
    "dashscope.aliyuncs.com": "/compatible-mode/v1",
    "dashscope-intl.aliyuncs.com": "/compatible-mode/v1",
    "api.z.ai": "/api/paas/v4",
    "open.bigmodel.cn": "/api/paas/v4",
    "ark.cn-beijing.volces.com": "/api/v3",
}

# https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
_AZURE = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")


class _Address(Struct, frozen=True):
    """An address in pieces; `path` has no slash at its end, `query` has its question mark."""

    origin: str
    host: str
    path: str
    query: str


def endpoint(api_base_url: str, wire: DialectName) -> str:
    """Return the URL to POST a request of this wire format to.

    For `gemini` and `vertex` it is what the rest is added to: the former ends in `/models/`, the latter has
    neither version nor slash at its end.
    """
    return endpoints(api_base_url, wire)[0]


def endpoints(api_base_url: str, wire: DialectName) -> tuple[str, ...]:
    """Return the URLs that may be meant, the likeliest first. There are several only if the address leaves it open.

    The next one is worth a try when the server says that there is nothing at the one before (404, 405).
    """
    text = absolute(api_base_url)
    if text.endswith("#"):
        return (text[:-1],)
    address = _split(text.partition("#")[0])
    if wire in ("gemini", "vertex"):
        return (_google_base(address, wire),)
    found = _KNOWN_END.search(address.path)
    if found and found[0].lower() == _LEAVES[wire]:
        return (_join(address, address.path),)
    root = address.path[: found.start()] if found else address.path
    paths = _paths(address.host, root, wire)
    if not found and root and not _VERSION.search(root):
        # Nothing in the path is familiar: it may also be a whole endpoint.
        paths = (*paths, root)
    return tuple(dict.fromkeys(_join(address, path) for path in paths))


def spoken(api_base_url: str) -> DialectName | None:
    """Return the wire format that a full endpoint stands for, None for a base URL."""
    address = _split(absolute(api_base_url).partition("#")[0])
    path = address.path.lower()
    found = _KNOWN_END.search(path)
    if not found or address.host.endswith("aiplatform.googleapis.com"):
        return None
    for wire, leaf in _LEAVES.items():
        if found[0].startswith(leaf.rstrip("/")):
            # A list of models is at that path everywhere, but only Google's models have their methods below it.
            return wire if wire != "gemini" or ":" in found[0] or "/v1beta" in path else None
    return None


def absolute(api_base_url: str) -> str:
    """Return the address with a scheme: unless it has one, http for this machine and https for all others."""
    text = api_base_url.strip()
    if "://" in text:
        return text
    is_local = re.match(r"(localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal)", text, re.IGNORECASE)
    return f"{'http' if is_local else 'https'}://{text}"


def _paths(host: str, root: str, wire: DialectName) -> tuple[str, ...]:
    """Return the paths that a wire format's endpoint may have below `root`, the likeliest first."""
    leaf = _LEAVES[wire]
    if "/deployments/" in root and wire == "openai_responses":
        # Azure's Responses API names the deployment in the body, not in the path.
        root = root.partition("/deployments/")[0]
        return (root + leaf,)
    if _VERSION.search(root) or "/deployments/" in root:
        return (root + leaf,)
    if host.endswith(_AZURE) and root in ("", "/openai"):
        return ("/openai/v1" + leaf,)
    if wire == "anthropic":
        return (f"{root}/v1{leaf}",)
    if not root:
        base = _ROOTS.get(host, "/v1")
        return (base + leaf, leaf)
    return (root + leaf, f"{root}/v1{leaf}")


def _google_base(address: _Address, wire: DialectName) -> str:
    path = _KNOWN_END.sub("", address.path)
    path = _GEMINI_COMPATIBLE.sub(r"\1", path)
    if wire == "vertex":
        return _join(address, _VERSION.sub("", path))
    if not _VERSION.search(path):
        path += "/v1beta"
    return _join(address, path + _LEAVES["gemini"])


def _split(url: str) -> _Address:
    before, _, query = url.partition("?")
    scheme, _, rest = before.partition("://")
    authority, _, path = rest.partition("/")
    host = authority.rpartition("@")[2].lower()
    host = re.sub(r":\d*$", "", host)
    path = re.sub(r"/{2,}", "/", f"/{path}").rstrip("/")
    return _Address(f"{scheme.lower()}://{authority}", host, path, f"?{query}" if query else "")


def _join(address: _Address, path: str) -> str:
    return f"{address.origin}{path}{address.query}"
