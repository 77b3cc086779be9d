"""`tools` and `toolConfig`: functions, and the tools that Google runs itself.

https://ai.google.dev/gemini-api/docs/function-calling and https://ai.google.dev/gemini-api/docs/google-search
"""

from collections.abc import Iterable
from typing import Any

from ccr.core.toolname import wire_name
from ccr.core.unified import Json
from ccr.dialect.gemini.model import Recipient
from ccr.dialect.gemini.schema import parameters
from ccr.dialect.tools import function_tools

FUNCTION_LIMIT = 512
"""Declarations of one request: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/Tool"""

SERVER_TOOLS = (("web_search", "googleSearch"), ("web_fetch", "urlContext"), ("code_execution", "codeExecution"))
"""How Anthropic's server tools begin their type, and Google's counterparts."""


def encode_tools(request: Json, to: Recipient) -> tuple[list[Json], Json]:
    """Return (`tools`, `toolConfig`), each empty if there is nothing to say.

    Older models, and Vertex, take either functions or Google's own tools: then functions win, unless the client forces
    a server tool, as Claude Code's web search does.
    """
    offered = [t for t in request.get("tools") or () if isinstance(t, dict)]
    server = {field: _settings(tool, field, to) for tool in offered if (field := server_tool(tool))}
    functions = list(_declarations(offered, request.get("messages") or ()))[:FUNCTION_LIMIT]
    choice = request.get("tool_choice")
    if any(_forced(choice) == str(tool.get("name")) for tool in offered if server_tool(tool)):
        functions, choice = [], None
    config: Json = {}
    if server and functions:
        if to.model.mixes and not to.vertex:
            config["includeServerSideToolInvocations"] = True
        else:
            server = {}
    tools: list[Json] = [{"functionDeclarations": functions}] if functions else []
    tools += [{field: settings} for field, settings in server.items()]
    if functions and (calling := _calling(choice, functions)):
        config["functionCallingConfig"] = calling
    return tools, config


def server_tool(tool: Json) -> str:
    """Return Google's name for an Anthropic server tool, empty if it has none."""
    kind = str(tool.get("type") or "")
    return next((field for prefix, field in SERVER_TOOLS if kind.startswith(prefix)), "")


def _settings(tool: Json, field: str, to: Recipient) -> Json:
    """Only Vertex can keep domains out of a search; neither platform can keep to some."""
    blocked = [d for d in tool.get("blocked_domains") or () if isinstance(d, str)]
    return {"excludeDomains": blocked} if blocked and field == "googleSearch" and to.vertex else {}


def _declarations(offered: list[Json], messages: Iterable[Json]) -> Iterable[Json]:
    seen: set[str] = set()
    for tool in function_tools(offered, messages):
        function = tool["function"]
        if function["name"] in seen:
            continue  # "Duplicate function declaration found"
        seen.add(function["name"])
        found = {k: function[k] for k in ("name", "description") if function.get(k)}
        schema = parameters(function["parameters"])
        yield {**found, "parameters": schema} if schema else found


def _forced(choice: Any) -> str | None:
    function = choice.get("function") if isinstance(choice, dict) else None
    return str(function.get("name")) if isinstance(function, dict) else None


def _calling(choice: Any, functions: list[Json]) -> Json:
    """https://ai.google.dev/api/caching#FunctionCallingConfig"""
    if choice == "none":
        return {"mode": "NONE"}
    if choice == "required":
        return {"mode": "ANY"}
    name = wire_name(_forced(choice) or "") if _forced(choice) else None
    if name is None:
        return {}
    # A name that is not declared would be an error.
    known = any(f["name"] == name for f in functions)
    return {"mode": "ANY", "allowedFunctionNames": [name]} if known else {"mode": "ANY"}
