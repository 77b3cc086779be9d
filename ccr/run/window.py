"""Tells Claude Code how much the model of the default route can hold, so that it compacts in time and not too early.

Claude Code goes by the model's name, which with a router says nothing: it takes 200,000 tokens or a million.
"""

from ccr.config.schema import Config, ModelSettings, Provider
from ccr.dialect.model_table import Told, facts, listed
from ccr.dialect.vendor_table import find

LEAST = 100_000
"""The smallest window that Claude Code (2.1) lets itself be told; a smaller one is a percentage of this."""
RESERVE = 20_000
"""Tokens of the window that Claude Code keeps for the summary before it takes the percentage."""
UNTOLD = frozenset({"anthropic", "ollama", "lmstudio", "local"})
"""Vendors whose models' names tell no window: Claude Code knows its own maker's best, and at home the user sets it."""
NAMES = frozenset(
    {"CLAUDE_CODE_AUTO_COMPACT_WINDOW", "CLAUDE_CODE_MAX_CONTEXT_TOKENS", "CLAUDE_AUTOCOMPACT_PCT_OVERRIDE"}
)
"""The variables. Where the user has set one of them, that is left to the user altogether."""


def variables(config: Config, told: Told | None = None) -> dict[str, str]:
    """Return the variables that tell Claude Code the window of the default route; none if it is not known.

    `told` is what providers have told of their models.
    """
    window = of_default(config, told or {})
    if window is None:
        return {}
    # The second one counts for names that Claude Code doesn't know, and with DISABLE_COMPACT.
    found = {"CLAUDE_CODE_AUTO_COMPACT_WINDOW": str(max(window, LEAST)), "CLAUDE_CODE_MAX_CONTEXT_TOKENS": str(window)}
    if window < LEAST:
        # A tenth is left for the reply and for what our count and the provider's differ.
        percent = max(1, window * 90 // (LEAST - RESERVE))
        found["CLAUDE_AUTOCOMPACT_PCT_OVERRIDE"] = str(min(percent, 100))
    return found


def of_default(config: Config, told: Told) -> int | None:
    """Return the window of the default route's model in tokens, if it is configured, told, or known by its name."""
    found = default(config)
    if found is None:
        return None
    provider, model = found
    own = provider.model_settings.get(model) or ModelSettings()
    window = own.context_window or listed(told, provider.url, model).window
    if window:
        return window
    return None if find(provider.url).name in UNTOLD else facts(model).window


def default(config: Config) -> tuple[Provider, str] | None:
    """Return the provider and the model of the default route; None if it names no provider of the configuration."""
    route = config.router.default
    named = route.get("model") if isinstance(route, dict) else route
    name, _, model = str(named or "").partition(",")
    provider = next((p for p in config.providers if p.name.casefold() == name.strip().casefold()), None)
    return (provider, model.strip()) if provider is not None else None
