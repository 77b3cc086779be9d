"""`ccr test`: does every key and every model answer?"""

# ruff: noqa: PT028 - the function is a command that is called so, not a test.

import os
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from ccr.cli.option import ConfigOption, JsonOption
from ccr.cli.paint import paint
from ccr.cli.place import given
from ccr.cli.progress import Progress
from ccr.cli.report import warn
from ccr.cli.table import table
from ccr.store.paths import home

if TYPE_CHECKING:
    from ccr.run import checkup

HEADER = ("provider", "model", "key", "", "status", "ms", "first token")


def test(
    wanted: Annotated[
        str | None, Parameter(name="PROVIDER[,MODEL]", help="What to test: all, a provider, or one model of it.")
    ] = None,
    /,
    *,
    timeout: Annotated[float, Parameter(help="Seconds that one answer may take.")] = 30.0,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> int:
    """Ask every model, with every key, for one token.

    Each request goes the way that Claude Code's requests go: same wire format, transformers, proxy. Exits with 1 if one
    of them failed. The providers charge for a few tokens.

    Examples:

        ccr test
        ccr test deepseek
        ccr test openrouter,anthropic/claude-sonnet-4.5
        ccr test --json
    """
    env = dict(os.environ)
    source = given(config, None).source(home(env), env)
    loaded = source.read()
    usable = loaded.require(source.path)
    warn(source.path, loaded.problems)
    # Imports the router.
    from ccr.run import checkup

    found = checkup.cases(usable, wanted)
    with Progress(len(found), found[0].provider.name) as progress:

        def seen(result: checkup.Result) -> None:
            progress.step(f"{result.provider},{result.model}")

        results = checkup.check(usable, found, env=env, seconds=timeout, seen=seen)
    print(msgspec.json.encode(results).decode() if json else as_text(results))
    return 0 if all(result.ok for result in results) else 1


def as_text(results: "list[checkup.Result]") -> str:
    """Return the table, what failed and how to mend it, and the summary."""
    rows = [_row(result) for result in results]
    paints = {"ok": "green", "failed": "red"}
    lines = [table(HEADER, rows, color=lambda column, text: paints.get(text, "") if column == 3 else "")]
    failed = [result for result in results if not result.ok]
    for result in failed:
        lines.append(f"\n{paint('failed', 'red')} {result.provider},{result.model} {result.key}".rstrip())
        lines.append(f"  {result.error}")
        if result.mend:
            lines.append(f"  -> {result.mend}")
    lines.append(f"\n{len(results) - len(failed)} of {len(results)} work")
    return "\n".join(lines)


def _row(result: "checkup.Result") -> tuple[str, ...]:
    verdict = "ok" if result.ok else "failed"
    status = str(result.status) if result.status else "-"
    first = f"{result.first_ms} ms" if result.first_ms else "-"
    return (result.provider, result.model, result.key or "-", verdict, status, str(result.ms), first)
