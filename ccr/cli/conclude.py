"""The end of `ccr setup`, with questions or without: the models are tried, and the file is written."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ccr.cli.progress import Progress
from ccr.cli.report import tell
from ccr.config.change import shown_routes
from ccr.run.configtext import ConfigText

if TYPE_CHECKING:
    from ccr.run.checkup import Result
    from ccr.run.setup import Wanted

INSTEAD = "give --non-interactive --provider NAME ...; see `ccr setup --help`"
"""What to do where there is no terminal to ask on."""
SECONDS = 30.0
"""For one model's answer."""


def try_out(wanted: "Sequence[Wanted]", text: ConfigText, env: Mapping[str, str]) -> "list[Result]":
    """Ask every model for one token, with a progress line."""
    from ccr.run import setup as setups

    count = sum(len(one.models) for one in wanted)
    with Progress(count, "asking the providers") as progress:
        return setups.try_out(
            wanted, text.config, env=env, seconds=SECONDS, seen=lambda result: progress.step(result.provider)
        )


def complaints(results: "Sequence[Result]") -> list[str]:
    """Return a line for each model that doesn't answer, with its likely mend."""
    return [f"{r.provider},{r.model}: {r.error} -> {r.mend}" for r in results if not r.ok]


def finish(
    text: ConfigText, wanted: "Sequence[Wanted]", routes: Mapping[str, str], *, anew: bool, env: Mapping[str, str]
) -> None:
    """Write the configuration and say so. A file without a default route gets the first model for it."""
    from ccr.run import setup as setups

    has_default = not anew and shown_routes(text.loaded.raw)["default"]
    first = next((f"{one.name},{one.models[0]}" for one in wanted if one.models), "")
    if not has_default and first:
        routes = {"default": first, **routes}
    if setups.write(text, wanted, routes, anew=anew, env=env) and not anew:
        tell(f"{text.path} was written anew; its comments are in the backup beside it")
    print(f"wrote {text.path}; `ccr code` runs Claude Code with it")
