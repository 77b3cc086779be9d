"""Experimental names that use the login of another command-line program in the place of an API key."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from ccr.core.login import AcliLogin, Login
from ccr.core.unified import Json
from ccr.dialect.vendor import DialectName
from ccr.transform.base import Context, Transformer

GEMINI = Login(
    program="gemini",
    path=(".gemini", "oauth_creds.json"),
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106
    client_id="681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com",
    package="@google/gemini-cli",
)
"""https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/code_assist/oauth2.ts"""

QWEN = Login(
    program="qwen",
    path=(".qwen", "oauth_creds.json"),
    token_url="https://chat.qwen.ai/api/v1/oauth2/token",  # noqa: S106
    client_id="f0304373b74a44d2b584a3fb70ca9e56",
    lock="oauth_creds.lock",
)
"""https://github.com/QwenLM/qwen-code/blob/main/docs/users/configuration/auth.md"""


ACLI = AcliLogin(program="acli rovodev auth login", path=(".config", "acli", "rovodev_config.yaml"))
"""https://support.atlassian.com/rovo/docs/install-and-run-rovo-dev-cli-on-your-device/"""


class GeminiCLI(Transformer):
    """Experimental: Gemini with the login of the `gemini` program, which must stay installed. Google
    [forbids](https://geminicli.com/docs/resources/tos-privacy/) that and has closed accounts for it; keys of the API
    are safe.

    `project`: the Google Cloud project (default: `GOOGLE_CLOUD_PROJECT`, else the one that Google keeps for the login).
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
    """Experimental: OpenAI's models by Atlassian's Rovo Dev, with the login of `acli rovodev auth login`, or with
    `email:token` as the provider's key. Atlassian documents neither the address nor what it takes.

    `email`, `api_token`: the same in two options.
    """

    name = "rovo-cli"
    dialect: ClassVar[DialectName | None] = "openai_chat"
    login = ACLI

    def edit(self, request: Json, context: Context) -> Json:
        """Send the key as a user name and password."""
        context.vendor = replace(context.vendor, auth="basic", limit_field="max_completion_tokens")
        return request
