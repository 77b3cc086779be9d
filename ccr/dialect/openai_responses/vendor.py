"""What the servers that speak the Responses API take of it, as far as the vendor table does not say."""

from ccr.dialect.vendor import Vendor

_OPENAI = frozenset({"openai", "azure"})
_UNKNOWN = frozenset({"unknown", "local"})


def is_openai(vendor: Vendor) -> bool:
    """Tell whether the server is OpenAI's own."""
    return vendor.name in _OPENAI


def may_be_openai(vendor: Vendor) -> bool:
    """Tell whether the server is OpenAI's, or one that nothing is known of: a gateway, or something local."""
    return vendor.name in _OPENAI | _UNKNOWN


def takes_files(vendor: Vendor) -> bool:
    """Tell whether PDF may be sent as `input_file`, which is part of the API."""
    return vendor.documents or may_be_openai(vendor)


def takes_cache_key(vendor: Vendor) -> bool:
    """Tell whether `prompt_cache_key` may be sent. xAI documents it too: https://docs.x.ai/docs/guides/responses-api"""
    return vendor.cache_key or may_be_openai(vendor) or vendor.name == "xai"


def gives_encrypted_reasoning(vendor: Vendor) -> bool:
    """Tell whether `include: ["reasoning.encrypted_content"]` may be sent.

    OpenAI refuses it for models that don't reason ("Encrypted content is not supported with this model"), Groq for
    all: https://console.groq.com/docs/responses-api#unsupported-features
    """
    if is_openai(vendor):
        return vendor.reasoning != "none"
    return vendor.name != "groq"
