"""Experimental names that use the login of another command-line program in the place of an API key."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from ccr.core.login import Login
from ccr.core.unified import Json
from ccr.dialect.vendor import DialectName
from ccr.transform.base import Context, Transformer

GEMINI = Login(program="gemini", path=(".gemini", "oauth_creds.json"))
"""https://github.com/google-gemini/gemini-cli. Renewing needs the program's own client secret, so it is left to it."""

QWEN = Login(
    program="qwen",
    path=(".qwen", "oauth_creds.json"),
    token_url="https://chat.qwen.ai/api/v1/oauth2/token",  # noqa: S106
    client_id="f0304373b74a44d2b584a3fb70ca9e56",
)
"""https://github.com/QwenLM/qwen-code/blob/main/docs/users/configuration/auth.md"""


class GeminiCLI(Transformer):
    """Experimental: Gemini with the login of the `gemini` program, which has to renew it when it expires.

    `project`: the Google Cloud project, where the login needs one.
    """

    name = "gemini-cli"
    dialect: ClassVar[DialectName | None] = "gemini"
    login = GEMINI

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__({"code_assist": True, **options})


class QwenCLI(Transformer):
    """Experimental: Qwen's coding models with the login of the `qwen` program."""

    name = "qwen-cli"
    dialect: ClassVar[DialectName | None] = "openai_chat"
    login = QWEN

    def edit(self, request: Json, context: Context) -> Json:
        """Say what kind of login it is."""
        context.headers.setdefault("x-dashscope-authtype", "qwen-oauth")
        return request


class RovoCLI(Transformer):
    """Experimental: OpenAI's models by Atlassian's Rovo Dev. The provider's key is `email:token`, with the API token
    that `acli rovodev auth login` asks for."""

    name = "rovo-cli"
    dialect: ClassVar[DialectName | None] = "openai_chat"

    def edit(self, request: Json, context: Context) -> Json:
        """Send the key as a user name and password."""
        context.vendor = replace(context.vendor, auth="basic", limit_field="max_completion_tokens")
        return request
