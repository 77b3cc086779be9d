"""The environment of the programs that ccr starts: Claude Code, which must reach us and nobody else, and ccr itself."""

from collections.abc import Mapping

from ccr.config.schema import Config
from ccr.run import window
from ccr.store import learnt
from ccr.store.paths import home

PLACEHOLDER_TOKEN = "test"  # noqa: S105 - no secret: Claude Code wants some token, and we ask for none

REMOVED = (
    # Claude Code sends one credential; these would compete with the token.
    "ANTHROPIC_API_KEY",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_OAUTH_REFRESH_TOKEN",
    "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR",
    "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
    # Any of these sends its requests elsewhere than to ANTHROPIC_BASE_URL.
    "ANTHROPIC_UNIX_SOCKET",
    "CLAUDE_CODE_USE_ANTHROPIC_AWS",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_GATEWAY",
    "CLAUDE_CODE_USE_MANTLE",
    "CLAUDE_CODE_USE_VERTEX",
)
"""Variables that Claude Code must not see."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEFAULTS = {
    # The block that it switches off changes from request to request, which defeats the providers' prefix caches.
    "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",
    "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1",
    # Unless it is told a small model, Claude Code uses the main one for small tasks too when it talks to a gateway,
    # and `background` would never match.
    "ANTHROPIC_DEFAULT_HAIKU_MODEL": "claude-haiku-4-5",
}
"""What helps a Claude Code behind a gateway; the user's own values win."""

NON_INTERACTIVE = {"CI": "true", "FORCE_COLOR": "0", "NODE_NO_READLINE": "1", "TERM": "dumb"}


def for_claude(env: Mapping[str, str], config: Config, *, base_url: str) -> dict[str, str]:
    """Return the whole environment for a Claude Code whose router is at `base_url`."""
    kept = {name: value for name, value in env.items() if name not in REMOVED}
    told = {} if window.NAMES & kept.keys() else window.variables(config, learnt.models(learnt.read(home(env).learnt)))
    return DEFAULTS | told | kept | variables(env, config, base_url=base_url)


def variables(env: Mapping[str, str], config: Config, *, base_url: str) -> dict[str, str]:
    """Return the variables that Claude Code must have as we say, whatever they were in `env` before."""
    proxies = _without_proxy(env)
    given = {
        "ANTHROPIC_AUTH_TOKEN": config.apikey or PLACEHOLDER_TOKEN,
        "ANTHROPIC_BASE_URL": base_url,
        "API_TIMEOUT_MS": str(config.api_timeout_ms),
        "DISABLE_TELEMETRY": "true",
        "DISABLE_COST_WARNINGS": "true",
        "NO_PROXY": proxies,
        "no_proxy": proxies,
    }
    if config.anthropic_small_fast_model:
        given["ANTHROPIC_SMALL_FAST_MODEL"] = config.anthropic_small_fast_model
    return given | NON_INTERACTIVE if config.non_interactive_mode else given


def _without_proxy(env: Mapping[str, str]) -> str:
    """Return the user's list of hosts that are reached without a proxy, with this machine's own names added."""
    given = ",".join(filter(None, (env.get("NO_PROXY"), env.get("no_proxy"))))
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    return ",".join(dict.fromkeys([*hosts, *LOOPBACK]))
