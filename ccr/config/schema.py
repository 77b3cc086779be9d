"""The typed configuration: one immutable snapshot of `config.json`, with the file's own spelling as field names.

Values are normalised: keys are merged, transformer entries have one shape, routes stay "provider,model" strings.
The descriptions here are the ones of the shipped JSON Schema (`ccr.config.jsonschema`).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from ccr.core.price import Prices

Json = dict[str, Any]

LogLevel = Literal["fatal", "error", "warn", "info", "debug", "trace"]
Rotation = Literal["round_robin", "random", "weighted", "least_used", "sticky"]

Count = Annotated[int, Meta(ge=0)]
Limit = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]

LONG_CONTEXT_THRESHOLD = 60_000


class Key(Struct, frozen=True):
    """One API key of a provider, with its own limits."""

    key: Annotated[str, Meta(description="The key, or `$NAME` for an environment variable.")]
    weight: Annotated[
        float, Meta(ge=0, description="Share of the requests that this key gets under `weighted` rotation.")
    ] = 1.0
    max_failures: Annotated[
        Limit | None, Meta(description="Failures in a row after which the key is left out for its cooldown.")
    ] = field(default=None, name="maxFailures")
    cooldown_ms: Annotated[Count | None, Meta(description="Milliseconds for which a key that failed is left out.")] = (
        field(default=None, name="cooldownTime")
    )
    rpm: Annotated[Limit | None, Meta(description="Requests a minute that this key may make.")] = None
    tpm: Annotated[Limit | None, Meta(description="Tokens a minute that this key may use.")] = None


class Entry(Struct, frozen=True):
    """One transformer in a chain. `path` names a file of the user's own instead of a known transformer."""

    name: str
    options: Mapping[str, Any] = {}
    path: str | None = None


class Chains(Struct, frozen=True):
    """The transformers of a provider: those of all its models, then those of single models."""

    provider: tuple[Entry, ...] = ()
    models: Mapping[str, tuple[Entry, ...]] = {}


class Timeouts(Struct, frozen=True):
    """Time limits of a request, in seconds; the router's own apply where none is given."""

    connect: Annotated[Seconds | None, Meta(description="To open the connection.")] = None
    first_token: Annotated[Seconds | None, Meta(description="Until the first content of the reply.")] = None
    idle: Annotated[Seconds | None, Meta(description="Between two pieces of the reply.")] = None
    total: Annotated[Seconds | None, Meta(description="For the whole reply.")] = None


class ModelSettings(Struct, frozen=True):
    """What the user knows of one model. It goes before what ccr knows."""

    context_window: Annotated[Limit | None, Meta(description="Tokens that prompt and reply may have together.")] = None
    max_output: Annotated[Limit | None, Meta(description="Tokens that a reply may have.")] = None
    images: Annotated[bool | None, Meta(description="Whether it takes images.")] = None
    documents: Annotated[
        bool | None, Meta(description="Whether it takes PDF files; else it gets the text that is in them.")
    ] = None
    timeouts: Annotated[Timeouts, Meta(description="Time limits of its own, in seconds.")] = Timeouts()
    prices: Annotated[
        Prices | None, Meta(description="US dollars for a million tokens: `input`, `output` and what the cache costs.")
    ] = None


class Provider(Struct, frozen=True, kw_only=True):
    """A vendor or a local server that answers requests."""

    name: Annotated[str, Meta(description="What routes call it, as in `name,model`.")]
    url: Annotated[
        str,
        Meta(
            description="The endpoint (`https://api.openai.com/v1/chat/completions`) or the base URL of an SDK "
            "(`https://api.openai.com/v1`). A trailing `#` means: exactly this address.",
        ),
    ] = field(name="api_base_url")
    keys: Annotated[tuple[Key, ...], Meta(description="Several keys to rotate between.")] = field(
        default=(), name="api_keys"
    )
    models: Annotated[tuple[str, ...], Meta(description="The models to use at this provider.")] = ()
    chain: Annotated[Chains, Meta(description="Transformers for this provider and for single models.")] = field(
        default=Chains(), name="transformer"
    )
    enable_rotation: Annotated[bool, Meta(description="Rotate between the keys; if not, use the first one.")] = True
    rotation_strategy: Annotated[Rotation, Meta(description="Which key a request gets.")] = "round_robin"
    retry_on_failure: Annotated[bool, Meta(description="Try again, with another key if there is one.")] = True
    max_retries: Annotated[Count, Meta(description="Attempts at this provider for one request.")] = 3
    retry_for_everyone: Annotated[
        bool, Meta(description="Repeat what the server failed at also for clients that repeat it by themselves.")
    ] = False
    retry_seconds: Annotated[
        Seconds, Meta(description="Seconds since a request came in after which nothing is repeated.")
    ] = 60.0
    proxy: Annotated[
        str | None, Meta(description="Proxy for this provider: a URL (http, https, socks5, socks5h), or `direct`.")
    ] = None
    ca_file: Annotated[str | None, Meta(description="PEM file of certificates to trust beside the system's.")] = None
    insecure: Annotated[bool, Meta(description="Accept any TLS certificate. Only for tests.")] = False
    headers: Annotated[Mapping[str, str], Meta(description="Headers to add to every request.")] = {}
    max_concurrency: Annotated[Limit | None, Meta(description="Requests that may run at the same time.")] = None
    rpm: Annotated[Limit | None, Meta(description="Requests a minute.")] = None
    tpm: Annotated[Limit | None, Meta(description="Tokens a minute.")] = None
    timeouts: Annotated[Timeouts, Meta(description="Time limits, in seconds.")] = Timeouts()
    model_settings: Annotated[
        Mapping[str, ModelSettings], Meta(description="What is known of single models, by model name.")
    ] = {}
    tokenizer: Annotated[Json | None, Meta(description="How to count this provider's tokens.")] = None
    extra: Mapping[str, Any] = {}


RouteValue = str | Json | tuple[str, ...]
"""`provider,model`, or an object of it, its hours and its fallbacks: {"model", "schedule": [...], "fallback": [...]}.

In the file it may also be a list of a model and its fallbacks.
"""


class Router(Struct, frozen=True, kw_only=True, rename="camel"):
    """Which `provider,model` serves which kind of request. Further keys name further routes, such as `haiku`.

    A route may be a list of a model and its fallbacks, or an object: {"model": "provider,model", "fallback": [...],
    "schedule": [{"model", "days", "hours", "tz"}]}.
    """

    default: Annotated[RouteValue | None, Meta(description="For everything that no other route takes.")] = None
    background: Annotated[RouteValue | None, Meta(description="For small tasks beside the conversation.")] = None
    think: Annotated[RouteValue | None, Meta(description="For requests that ask for reasoning, such as plan mode.")] = (
        None
    )
    long_context: Annotated[
        RouteValue | None, Meta(description="For prompts with more tokens than `longContextThreshold`.")
    ] = None
    web_search: Annotated[RouteValue | None, Meta(description="For requests that bring the web search tool.")] = None
    image: Annotated[RouteValue | None, Meta(description="For requests with images.")] = None
    subagent: Annotated[RouteValue | None, Meta(description="For the requests of subagents.")] = None
    think_when: Annotated[
        Json | None, Meta(description="What asks for reasoning: `budget`, `planMode`, `efforts`, `keywords`.")
    ] = None
    rules: Annotated[
        tuple[Json, ...],
        Meta(description="Rules of your own, `{when, model, name}`; the first whose conditions all hold counts."),
    ] = ()
    schedule: Annotated[
        Json | None, Meta(description="For each route, the hours in which another model serves it.")
    ] = None
    long_context_threshold: Annotated[
        Count, Meta(description="Tokens above which `longContext` is used; 0 means 60000.")
    ] = LONG_CONTEXT_THRESHOLD
    extra: Mapping[str, Any] = {}


class PluginSpec(Struct, frozen=True):
    """A transformer of the user's own."""

    path: Annotated[str, Meta(description="The `.py` or `.js` file.")]
    name: Annotated[str | None, Meta(description="Its name in a chain, if not its own.")] = None
    options: Annotated[Mapping[str, Any], Meta(description="What it is made with.")] = {}


class Plugin(Struct, frozen=True):
    """A built-in extension that can be switched on."""

    name: str
    enabled: bool = False
    options: Mapping[str, Any] = {}


class Config(Struct, frozen=True, kw_only=True, rename="upper"):
    """The configuration of ccr, `~/.claude-code-router/config.json`."""

    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 3456
    host: Annotated[
        str, Meta(description="Address to listen on. Any other than a loopback address needs `APIKEY`.")
    ] = "127.0.0.1"
    workers: Annotated[
        int,
        Meta(ge=1, le=64, description="Processes that answer requests; several use several processors."),
    ] = 1
    apikey: Annotated[str | None, Meta(description="Secret that clients must send to the router.")] = None
    proxy_url: Annotated[str | None, Meta(description="Proxy for requests to providers.")] = None
    log: Annotated[bool, Meta(description="Write log files.")] = True
    log_level: Annotated[LogLevel, Meta(description="How much to log.")] = "info"
    api_timeout_ms: Annotated[
        Count, Meta(description="Milliseconds that Claude Code waits for a reply; 0 means 600000.")
    ] = 600_000
    non_interactive_mode: Annotated[
        bool, Meta(description="Run Claude Code without a terminal, as in containers and CI.")
    ] = False
    claude_path: Annotated[str | None, Meta(description="The `claude` program, if not the one on the PATH.")] = None
    anthropic_small_fast_model: Annotated[
        str | None, Meta(description="Passed to Claude Code as the variable of that name.")
    ] = None
    providers: Annotated[tuple[Provider, ...], Meta(description="Who answers requests.")] = field(
        default=(), name="Providers"
    )
    router: Annotated[Router, Meta(description="Which model serves which kind of request.")] = field(
        default=Router(), name="Router"
    )
    fallback: Annotated[
        Mapping[str, tuple[str, ...]],
        Meta(description="For each route, the `provider,model` names to try when its own fails."),
    ] = field(default={}, name="fallback")
    transformers: Annotated[tuple[PluginSpec, ...], Meta(description="Transformers of your own.")] = field(
        default=(), name="transformers"
    )
    profiles: Annotated[
        Mapping[str, Any], Meta(description="Routes by a name for `ccr code --profile`; each goes over `Router`.")
    ] = field(default={}, name="profiles")
    custom_router_path: Annotated[
        str | None, Meta(description="A `.py` or `.js` file with a function that picks the route.")
    ] = None
    custom_router_timeout_ms: Annotated[
        Limit, Meta(description="Milliseconds that the custom router may take before the rules decide.")
    ] = 2_000
    rewrite_system_prompt: Annotated[
        str | None, Meta(description="A text file that replaces the system prompt before its `<env>` part.")
    ] = None
    force_use_image_agent: Annotated[
        bool, Meta(description="Describe images with the `image` model instead of routing the request to it.")
    ] = field(default=False, name="forceUseImageAgent")
    enable_router: Annotated[
        bool, Meta(description="Let a small model, the router agent, pick which of the agents does the work.")
    ] = False
    router_agent_model: Annotated[
        str | None, Meta(description="The small model that picks an agent. Without address and key: a route.")
    ] = None
    router_agent_base_url: Annotated[str | None, Meta(description="The router agent's base URL.")] = None
    router_agent_api_key: Annotated[str | None, Meta(description="The router agent's key.")] = None
    tool_agent_model: Annotated[str | None, Meta(description="The model that calls tools and answers.")] = None
    tool_agent_base_url: Annotated[str | None, Meta(description="The tool agent's base URL.")] = None
    tool_agent_api_key: Annotated[str | None, Meta(description="The tool agent's key.")] = None
    coder_agent_model: Annotated[str | None, Meta(description="The model that writes code.")] = None
    coder_agent_base_url: Annotated[str | None, Meta(description="The coder agent's base URL.")] = None
    coder_agent_api_key: Annotated[str | None, Meta(description="The coder agent's key.")] = None
    think_agent_model: Annotated[str | None, Meta(description="The model that thinks things through.")] = None
    think_agent_base_url: Annotated[str | None, Meta(description="The think agent's base URL.")] = None
    think_agent_api_key: Annotated[str | None, Meta(description="The think agent's key.")] = None
    agent_steps: Annotated[
        Limit, Meta(description="How often the coder and the thinker may be asked for one request.")
    ] = 3
    status_line: Annotated[Mapping[str, Any], Meta(description="Look of the status line.")] = field(
        default={}, name="StatusLine"
    )
    plugins: Annotated[tuple[Plugin, ...], Meta(description="Built-in extensions.")] = field(default=(), name="plugins")
    use_plugins: Annotated[
        tuple[str, ...], Meta(description="Plugins that change requests before they are routed.")
    ] = field(default=(), name="usePlugins")
    preset_index: Annotated[
        str | None,
        Meta(description="A file or an https address with an index of presets that can be installed by name."),
    ] = None
    extra: Mapping[str, Any] = {}
