"""What a check-up found, and the report of it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from msgspec import Struct

Level = Literal["ok", "note", "warn", "fail"]


class Finding(Struct, frozen=True):
    """One fact. `mend` says what to do about it; `fail` means that something can't work as it is."""

    level: Level
    area: str
    text: str
    mend: str = ""


def has_failed(findings: Iterable[Finding]) -> bool:
    """Say whether something must be mended."""
    return any(finding.level == "fail" for finding in findings)


def cleaned(findings: Iterable[Finding], clean: Callable[[str], str]) -> list[Finding]:
    """Return the findings with `clean` applied to their texts, for a report that strangers may read."""
    return [Finding(one.level, one.area, clean(one.text), clean(one.mend)) for one in findings]


def report(findings: Sequence[Finding], *, paint: Callable[[str, Level], str] = lambda text, _: text) -> str:
    """Return the lines of a report; a mend stands below what it mends."""
    width = max((len(finding.area) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{paint(f'{finding.level:<4}', finding.level)}  {finding.area:<{width}}  {finding.text}")
        if finding.mend:
            lines.append(f"{'':<{width + 6}}  -> {finding.mend}")
    return "\n".join(lines)
