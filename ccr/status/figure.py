"""Writes figures the short way: tokens, money, times, shares."""


def tokens(count: float) -> str:
    """Return a number of tokens, above a thousand as `12.3k`; nothing for none."""
    if not count:
        return ""
    return f"{count / 1000:.1f}k" if count > 1000 else str(round(count))


def window(count: float) -> str:
    """Return the size of a context window, such as `200k`; nothing for none."""
    if not count:
        return ""
    return f"{count / 1000:.0f}k" if count >= 1000 else str(round(count))


def money(dollars: float) -> str:
    """Return an amount of dollars; below one cent in cents, nothing for none."""
    if not dollars:
        return ""
    if dollars < 0.00005:
        return "<0.01¢"
    return f"{dollars * 100:.2f}¢" if dollars < 0.01 else f"${dollars:.2f}"


def duration(milliseconds: float) -> str:
    """Return a time as `250ms`, `1.5s` or `2m 5s`; nothing for none."""
    if not milliseconds:
        return ""
    if milliseconds < 1000:
        return f"{milliseconds:.0f}ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f}s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}m {seconds}s"


def share(part: float, whole: float) -> str:
    """Return a share as whole percents without the sign; nothing if there is no whole."""
    return str(round(100 * part / whole)) if whole > 0 else ""


def count(value: float) -> str:
    """Return a whole number; nothing for none."""
    return str(round(value)) if value else ""
