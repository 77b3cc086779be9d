"""The names that choose a wire format. What they take as options is read by the dialect itself."""

from collections.abc import Mapping
from typing import Any, ClassVar

from ccr.dialect.vendor import DialectName
from ccr.transform.base import Transformer


class Anthropic(Transformer):
    """Speaks the Messages API. Alone in its chain it passes requests and replies on untouched.

    `UseBearer`: send the key as `Authorization: Bearer` instead of `x-api-key` (default false).
    """

    name = "Anthropic"
    dialect: ClassVar[DialectName | None] = "anthropic"


class OpenAI(Transformer):
    """Speaks chat completions, which is also what providers without this entry get."""

    name = "OpenAI"
    dialect: ClassVar[DialectName | None] = "openai_chat"


class OpenAIResponses(Transformer):
    """Speaks OpenAI's Responses API."""

    name = "openai-responses"
    dialect: ClassVar[DialectName | None] = "openai_responses"


class Gemini(Transformer):
    """Speaks Gemini's `generateContent`.

    `UseBearer`: send the key as `Authorization: Bearer` instead of `x-goog-api-key` (default false).
    """

    name = "gemini"
    dialect: ClassVar[DialectName | None] = "gemini"


class VertexGemini(Transformer):
    """Gemini models on Vertex AI, with Google credentials.

    `project`: the Google Cloud project (default: `GOOGLE_CLOUD_PROJECT`, else that of the credentials).
    `location`: the region (default: `GOOGLE_CLOUD_LOCATION`, else `global`).
    """

    name = "vertex-gemini"
    dialect: ClassVar[DialectName | None] = "vertex"
    publisher: ClassVar[str] = "google"
    """Whose body the models take; the dialect tells it from the model's name unless told here."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__({"publisher": self.publisher, **options})


class VertexClaude(VertexGemini):
    """Claude models on Vertex AI, with Google credentials.

    `project`: the Google Cloud project (default: `GOOGLE_CLOUD_PROJECT`, else that of the credentials).
    `location`: the region (default: `GOOGLE_CLOUD_LOCATION`, else `global`).
    """

    name = "vertex-claude"
    publisher: ClassVar[str] = "anthropic"


class VertexOpenAI(VertexGemini):
    """Models on Vertex AI that speak chat completions, with Google credentials.

    `project`: the Google Cloud project (default: `GOOGLE_CLOUD_PROJECT`, else that of the credentials).
    `location`: the region (default: `GOOGLE_CLOUD_LOCATION`, else `global`).
    `client_email`, `private_key`: a service account, instead of the default credentials.
    """

    name = "vertex-openai"
    publisher: ClassVar[str] = "openai"
