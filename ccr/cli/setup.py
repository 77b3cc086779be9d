"""`ccr setup`: from nothing to a configuration that works."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ccr.cli.ask import is_interactive
from ccr.cli.conclude import INSTEAD, complaints, finish, try_out
from ccr.cli.option import ConfigOption
from ccr.cli.place import given
from ccr.config.change import complain_of_url, split_models
from ccr.config.problem import suggest
from ccr.errors import CommandError
from ccr.run.configtext import ConfigText
from ccr.run.source import parse_route
from ccr.store.paths import home
from ccr.store.secret import References
from ccr.store.template import templates

if TYPE_CHECKING:
    from ccr.run.checkup import Result
    from ccr.run.setup import Wanted

Several = list[str] | None


def setup(
    *,
    provider: Annotated[
        Several, Parameter(negative="", help="A provider: a template's name, or NAME=URL. May be given several times.")
    ] = None,
    key: Annotated[
        Several,
        Parameter(
            negative="",
            help="NAME=KEY; $VARIABLE, ${file:PATH}, ${command:...} and ${keychain:NAME} are references.",
        ),
    ] = None,
    model: Annotated[Several, Parameter(negative="", help="NAME=MODEL,MODEL: the models of a provider.")] = None,
    route: Annotated[Several, Parameter(negative="", help="ROUTE=PROVIDER,MODEL, such as default or think.")] = None,
    replace: Annotated[
        bool, Parameter(negative="", help="Make the file anew; without it, all else in it stays.")
    ] = False,
    no_test: Annotated[bool, Parameter(negative="", help="Don't ask the providers whether the keys work.")] = False,
    non_interactive: Annotated[bool, Parameter(negative="", help="Ask nothing; take the options alone.")] = False,
    config: ConfigOption = None,
) -> int:
    """Choose providers and models, enter keys, and write the configuration.

    Asks at a terminal. Nothing is written before the end: Ctrl-C leaves everything as it was. The last three files are
    kept beside the new one. In scripts, --non-interactive takes everything from the options; a provider without --key
    uses the usual variable, such as $DEEPSEEK_API_KEY.

    Examples:

        ccr setup
        ccr setup --non-interactive --provider deepseek --route default=deepseek,deepseek-chat
        ccr setup --non-interactive --provider work=https://llm.example.com/v1 --key work='${file:~/.work-key}' \\
            --model work=large,small
    """
    env = dict(os.environ)
    path = given(config, None).source(home(env), env).path
    text = ConfigText(path, References(env))
    if not non_interactive:
        if not is_interactive():
            raise CommandError(f"there is no terminal to ask on; {INSTEAD}")
        from ccr.cli.wizard import run

        return run(text, env)
    wanted = _wanted(provider or (), _pairs("--key", key), _pairs("--model", model))
    routes = dict(map(parse_route, route or ()))
    if not no_test:
        _require(try_out(wanted, text, env))
    finish(text, wanted, routes, anew=replace, env=env)
    return 0


def _require(results: "Sequence[Result]") -> None:
    failed = complaints(results)
    if failed:
        raise CommandError("nothing was written (--no-test writes all the same):\n  " + "\n  ".join(failed))


def _wanted(names: Sequence[str], keys: Mapping[str, str], models: Mapping[str, str]) -> "list[Wanted]":
    from ccr.run.setup import Wanted

    found: list[Wanted] = []
    for word in names:
        name, _, url = word.partition("=")
        template = templates().get(name)
        if not url and template is None:
            raise CommandError(f"there is no template {name!r}; {suggest(name, templates())}; or give NAME=URL")
        if url and complain_of_url(url):
            raise CommandError(f"--provider {word!r}: {complain_of_url(url)}")
        usual = f"${template.variable}" if template and template.variable else ""
        listed = tuple(split_models(models.get(name, ""))) or (template.models if template else ())
        if not listed:
            raise CommandError(f"which models of {name}? give --model {name}=MODEL,MODEL")
        where = url or (template.url if template else "")
        found.append(Wanted(name=name, url=where, key=keys.get(name, usual), models=listed))
    if not found:
        raise CommandError(f"which providers? give --provider NAME; {suggest('', templates())}")
    strangers = [name for name in (*keys, *models) if name not in {one.name for one in found}]
    if strangers:
        raise CommandError(f"{strangers[0]!r} is no --provider; {suggest(strangers[0], [one.name for one in found])}")
    return found


def _pairs(option: str, words: Several) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not equals or not value:
            raise CommandError(f"{option} {word.partition('=')[0]!r}... is not of the form NAME=VALUE")
        found[name] = value
    return found
