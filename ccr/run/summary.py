"""Writes what a session cost into the summary of a job of GitHub Actions, where there is one.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ccr.status.bill import markdown

VARIABLE = "GITHUB_STEP_SUMMARY"


def is_wanted(env: Mapping[str, str]) -> bool:
    """Tell whether a job wants to know."""
    return bool(env.get(VARIABLE))


def write(env: Mapping[str, str], summary: dict[str, Any]) -> None:
    """Add the sums of a router to the job's summary; a job without one, or that can't take it, does without."""
    text = markdown(summary)
    if is_wanted(env) and text:
        with suppress(OSError), Path(env[VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
