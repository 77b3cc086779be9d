"""How much thinking a request asks for, in OpenAI's words."""

from ccr.core.unified import Json

BUDGETS = ((1024, "low"), (8192, "medium"))
"""Thinking budgets in tokens up to which an effort stands for them; above is `high`."""


def effort_of(reasoning: Json) -> str:
    """Return the effort that is asked for; `none` if thinking is off, empty if the client left it open."""
    if not reasoning.get("enabled"):
        return "none"
    if isinstance(reasoning.get("effort"), str):
        return str(reasoning["effort"])
    budget = reasoning.get("max_tokens")
    if not isinstance(budget, int):
        return ""
    return next((effort for limit, effort in BUDGETS if budget <= limit), "high")
