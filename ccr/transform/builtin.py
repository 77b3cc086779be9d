"""The transformers that come with ccr, in the order of the README's table."""

from ccr.transform.base import Transformer
from ccr.transform.chutes import ChutesGLM
from ccr.transform.cleancache import CleanCache
from ccr.transform.customparams import CustomParams
from ccr.transform.enhancetool import EnhanceTool
from ccr.transform.limits import MaxCompletionTokens, MaxToken
from ccr.transform.login import GeminiCLI, QwenCLI, RovoCLI
from ccr.transform.reasoning import Reasoning
from ccr.transform.registry import Registry
from ccr.transform.sampling import Sampling
from ccr.transform.streamoptions import StreamOptions
from ccr.transform.texttools import TextTools
from ccr.transform.thinktag import ExtraThinkTag, ForceReasoning
from ccr.transform.tooluse import ToolUse
from ccr.transform.vendors import Cerebras, DeepSeek, Groq, OpenRouter, Vercel
from ccr.transform.wire import Anthropic, Gemini, OpenAI, OpenAIResponses, VertexClaude, VertexGemini, VertexOpenAI

TRANSFORMERS: tuple[type[Transformer], ...] = (
    Anthropic,
    OpenAI,
    OpenAIResponses,
    Gemini,
    VertexGemini,
    VertexClaude,
    VertexOpenAI,
    DeepSeek,
    OpenRouter,
    Vercel,
    Groq,
    Cerebras,
    MaxToken,
    MaxCompletionTokens,
    Sampling,
    CustomParams,
    StreamOptions,
    CleanCache,
    Reasoning,
    ForceReasoning,
    ExtraThinkTag,
    ToolUse,
    EnhanceTool,
    TextTools,
    ChutesGLM,
    GeminiCLI,
    QwenCLI,
    RovoCLI,
)

BUILTIN = Registry({transformer.name: transformer for transformer in TRANSFORMERS})
