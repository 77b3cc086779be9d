"""The values of a status line's `{{placeholders}}`, from Claude Code's report, its transcript and the router."""

from ccr.status import bill, figure
from ccr.status.value import Json, mapping, number, text


class Sources:
    """What a line is made from; whatever could not be had is empty.

    `status` is Claude Code's JSON, `reply` the last message of its transcript, `session` what the router's
    `GET /api/session` tells, `default` the `Router.default` of the configuration.
    """

    __slots__ = ("branch", "default", "reply", "session", "status")

    def __init__(self, status: Json, *, reply: Json, session: Json, default: str, branch: str) -> None:
        self.status = status
        self.reply = reply
        self.session = session
        self.default = default
        self.branch = branch


def variables(sources: Sources) -> dict[str, str]:
    """Return the text of every placeholder; empty where nothing is known."""
    return {**_place(sources), **_tokens(sources), **_work(sources), **_routed(sources.session)}


def filled(template: str, values: dict[str, str]) -> str:
    """Return `template` with its placeholders replaced; unknown ones are empty."""
    # Without `re`, whose import takes longer than the rest of the line.
    *pieces, rest = template.split("}}")
    shown = []
    for piece in pieces:
        before, opened, name = piece.rpartition("{{")
        is_placeholder = opened and name.replace("_", "x").isalnum()
        shown += [before, values.get(name, "")] if is_placeholder else [piece, "}}"]
    return "".join([*shown, rest])


def folder_name(path: str) -> str:
    """Return the last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _place(sources: Sources) -> dict[str, str]:
    status = sources.status
    folder = text(status, "workspace", "current_dir") or text(status, "cwd")
    model = (
        text(sources.session, "last", "model")
        or text(sources.reply, "model")
        or sources.default.partition(",")[2].strip()
        or text(status, "model", "display_name")
    )
    return {
        "workDirName": folder_name(folder),
        "gitBranch": sources.branch,
        "model": model,
        "version": text(status, "version"),
        "sessionId": text(status, "session_id")[:8],
        "outputStyle": text(status, "output_style", "name"),
    }


def _tokens(sources: Sources) -> dict[str, str]:
    window = mapping(sources.status, "context_window")
    current = mapping(window, "current_usage")
    size = number(window, "context_window_size")
    return {
        "inputTokens": figure.tokens(number(sources.reply, "usage", "input_tokens")),
        "outputTokens": figure.tokens(number(sources.reply, "usage", "output_tokens")),
        "contextPercent": figure.share(_prompt(current), size) if current else "",
        "contextWindowSize": figure.window(size),
        "totalInputTokens": figure.tokens(number(window, "total_input_tokens")),
        "totalOutputTokens": figure.tokens(number(window, "total_output_tokens")),
    }


def _prompt(usage: Json) -> float:
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return sum(number(usage, name) for name in names)


def _work(sources: Sources) -> dict[str, str]:
    cost = mapping(sources.status, "cost")
    added, removed = number(cost, "total_lines_added"), number(cost, "total_lines_removed")
    return {
        "cost": _cost(sources),
        "duration": figure.duration(number(cost, "total_duration_ms")),
        "linesAdded": figure.count(added),
        "linesRemoved": figure.count(removed),
        "netLines": f"{added - removed:+.0f}" if added or removed else "",
    }


def _cost(sources: Sources) -> str:
    """Return what the session cost: as the router knows it, and what Claude Code reports only where none was asked.

    Claude Code takes every model for one of Anthropic's.
    """
    if number(sources.session, "requests"):
        return bill.cost(sources.session)
    return figure.money(number(sources.status, "cost", "total_cost_usd"))


def _routed(session: Json) -> dict[str, str]:
    last = mapping(session, "last")
    usage, total = mapping(last, "usage"), mapping(session, "usage")
    is_streaming = number(session, "active") > 0
    provider, model = text(last, "provider"), text(last, "model")
    return {
        "provider": provider,
        "providerModel": f"{provider},{model}" if provider else "",
        "route": text(last, "scenario"),
        "routeReason": text(last, "reason"),
        "fallback": f"instead of {text(last, 'instead_of')}" if text(last, "instead_of") else "",
        "cacheHit": _percent(number(usage, "cache_read"), _routed_prompt(usage)),
        "sessionCacheHit": _percent(number(total, "cache_read"), _routed_prompt(total)),
        "sessionInputTokens": figure.tokens(_routed_prompt(total)),
        "sessionOutputTokens": figure.tokens(number(total, "output")),
        "requestCost": figure.money(number(last, "cost")),
        "sessionCost": bill.cost(session),
        "requests": figure.count(number(session, "requests")),
        "errors": figure.count(number(session, "errors")),
        "tokenSpeed": figure.count(number(last, "tokens_per_second")),
        "timeToFirstToken": figure.count(number(last, "ttft_ms")),
        "isStreaming": "streaming" if is_streaming else "",
        "streamingIndicator": "[Streaming]" if is_streaming else "",
    }


def _routed_prompt(usage: Json) -> float:
    return number(usage, "input") + number(usage, "cache_read") + number(usage, "cache_write")


def _percent(part: float, whole: float) -> str:
    share = figure.share(part, whole)
    return f"{share}%" if part and share else ""
