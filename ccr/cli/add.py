"""`ccr add`: look at an address, and write the provider's entry."""

import os
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import msgspec
from cyclopts import Parameter

from ccr.cli.ask import is_interactive, secret
from ccr.cli.option import ConfigOption, JsonOption
from ccr.cli.place import given
from ccr.cli.progress import Progress
from ccr.cli.report import tell
from ccr.cli.table import table
from ccr.config.change import set_route, shown_routes
from ccr.config.endpoint import absolute
from ccr.config.interpolate import PATTERN
from ccr.config.schema import Json
from ccr.dialect.vendor_table import find, is_known
from ccr.errors import CommandError
from ccr.run.configtext import ConfigText
from ccr.status.mend import mend
from ccr.store.paths import home
from ccr.store.secret import References

if TYPE_CHECKING:
    from ccr.run.probe import Finding

STEPS = 5


def add(
    url: Annotated[str, Parameter(help="Its address: an endpoint, or the base URL that its SDK takes.")],
    /,
    *,
    key: Annotated[str | None, Parameter(help="Its key, or $NAME for a variable. Local servers need none.")] = None,
    key_stdin: Annotated[bool, Parameter(negative="", help="Read the key from stdin.")] = False,
    name: Annotated[str, Parameter(help="What to call it, if not after its address.")] = "",
    model: Annotated[
        list[str] | None, Parameter(negative="", help="A model to use; may be given several times. The first is tried.")
    ] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="Only show what is there; write nothing.")] = False,
    force: Annotated[bool, Parameter(negative="", help="Replace a provider of that name.")] = False,
    timeout: Annotated[float, Parameter(help="Seconds that one answer may take.")] = 30.0,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> int:
    """Find out what a provider's address can do, and add it to the configuration.

    Tries the wire formats, lists the models, and asks one of them a few small questions: does it stream, call tools,
    see images, show its reasoning; which limits does it have. A file that is there keeps its comments; the last three
    are kept beside it. Without a default route, the provider becomes that too.

    Examples:

        ccr add http://localhost:11434
        ccr add https://api.deepseek.com --key '$DEEPSEEK_API_KEY'
        ccr add https://llm.example.com/v1 --key-stdin --name work --dry-run < key.txt
    """
    env = dict(os.environ)
    path = given(config, None).source(home(env), env).path
    text = ConfigText(path, References(env))
    address = absolute(url)
    called = name or name_of(address)
    if any(p.name == called for p in text.config.providers) and not (force or dry_run):
        raise CommandError(f"there is a provider {called!r} already; add --force to replace it, or --name NAME")
    written = sys.stdin.readline().strip() if key_stdin else _key(key, address)
    finding = _probe(address, called, text, written, env=env, models=tuple(model or ()), seconds=timeout)
    made = _entry(finding, called, written, tuple(model or ()))
    print(msgspec.json.encode({"finding": finding, "entry": _masked(made)}).decode() if json else as_text(finding))
    if finding.error:
        advice = mend(finding.kind, status=finding.status, message=finding.error, has_key=bool(written))
        raise CommandError(f"{address}: {finding.error}" + (f"\n  -> {advice}" if advice else ""))
    if dry_run:
        return 0
    from ccr.run.setup import put_provider

    lost = text.change(lambda old, raw: put_provider(old, raw, made))
    if not shown_routes(text.loaded.raw)["default"]:
        target = f"{called},{made['models'][0]}"
        lost = text.change(lambda old, raw: set_route(old, raw, "default", target)) or lost
    if lost:
        tell(f"{path} was written anew; its comments are in the backup beside it")
    if not json:
        print(f"\nadded {called} to {path}; try it: ccr test {called}")
    return 0


def name_of(address: str) -> str:
    """Return what to call the provider at an address: the vendor's name, else the telling part of the host's."""
    vendor = find(address)
    if is_known(vendor):
        return vendor.name
    host = urlsplit(address).hostname or ""
    if re.fullmatch(r"[\d.]+|localhost|.*:.*", host):
        return "local"
    parts = [part for part in host.split(".")[:-1] if part not in ("api", "www", "llm", "ai", "v1")]
    return parts[-1] if parts else host


def as_text(finding: "Finding") -> str:
    """Return the table of what was found."""
    words: Mapping[Any, str] = {True: "yes", False: "no", None: "unknown"}
    models = [listed.id for listed in finding.models]
    shown = ", ".join(models[:8]) + (f" and {len(models) - 8} more" if len(models) > 8 else "")
    tags = "in the text, between tags"
    reasoning: Mapping[Any, str] = {None: "unknown", "": "none shown", "tags": tags, "text": tags}
    rows = [
        ("endpoint", finding.url or "-"),
        ("wire format", finding.wire or "unknown"),
        ("models", shown or "not listed"),
        ("asked", finding.model or "-"),
        ("streaming", words[finding.streaming]),
        ("tools", words[finding.tools]),
        ("parallel tools", words[finding.parallel_tools]),
        ("vision", words[finding.vision]),
        ("reasoning", reasoning.get(finding.reasoning, f"in {finding.reasoning}")),
        ("context window", f"{finding.context_window} tokens" if finding.context_window else "unknown"),
        ("max output", f"{finding.max_output} tokens" if finding.max_output else "unknown"),
    ]
    return table(("what", "found"), rows, color=lambda _, text: {"yes": "green", "no": "yellow"}.get(text, ""))


def _key(key: str | None, address: str) -> str:
    """Return the key as it is to be written; asks for one where somebody is there to be asked."""
    if key is None and is_interactive() and name_of(address) != "local":
        return secret("Key, or $NAME of a variable (empty for none)", check=str, instead="give --key")
    return key or ""


def _probe(
    address: str,
    name: str,
    text: ConfigText,
    key: str,
    *,
    env: Mapping[str, str],
    models: tuple[str, ...],
    seconds: float,
) -> "Finding":
    # Imports the router.
    from ccr.run.probe import Suspect, probe

    found = References(env)
    value = PATTERN.sub(lambda match: found.get(match[1] or match[2], ""), key)
    if key and not value:
        raise CommandError(f"{key} is not set; set it, or give another --key")
    with Progress(STEPS, address) as progress:
        return probe(Suspect(name, address, value, models), text.config, env=env, seconds=seconds, tell=progress.step)


def _entry(finding: "Finding", name: str, key: str, models: tuple[str, ...]) -> Json:
    from ccr.run.probe import Suspect, entry

    return entry(finding, Suspect(name, finding.url, "", models), key=key)


def _masked(made: Json) -> Json:
    from ccr.config.redact import label

    key = made.get("api_key", "")
    return {**made, "api_key": key if PATTERN.fullmatch(key) else label(key)} if key else made
