"""`ccr install`: the same as `ccr preset install`."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from msgspec.structs import replace

from ccr.cli.app import COMMANDS
from ccr.cli.ask import ask, choose, choose_some, confirm, is_interactive, secret
from ccr.cli.option import ConfigOption
from ccr.cli.place import given
from ccr.cli.report import tell
from ccr.config.parse import Loaded
from ccr.errors import CommandError
from ccr.preset.apply import default_of
from ccr.preset.index import near, pick
from ccr.preset.origin import Origin, read_origin
from ccr.preset.question import Answers, Catalog, Question
from ccr.preset.reach import Reach, reach
from ccr.store import presetfile
from ccr.store.paths import Home, home
from ccr.store.presetfile import Preset


def install(
    source: Annotated[
        str,
        Parameter(
            help="A folder, a .zip or .tar.gz file, an https address, owner/repo on GitHub, or a name of the index."
        ),
    ],
    /,
    *,
    name: Annotated[str, Parameter(help="What to call it, if not as its author does.")] = "",
    answers: Annotated[
        list[str] | None, Parameter(name="--set", negative="", help="An answer: ID=VALUE. May be given several times.")
    ] = None,
    sha256: Annotated[str, Parameter(help="What the archive must have as its SHA-256.")] = "",
    force: Annotated[bool, Parameter(negative="", help="Replace a preset of that name; its answers are kept.")] = False,
    yes_run_code: Annotated[bool, Parameter(negative="", help="Let it run the code that it brings.")] = False,
    config: ConfigOption = None,
) -> int:
    """Install a preset from a folder, an archive, an address or GitHub.

    Asks what the preset asks; the name of an installed one does so once more. A preset that brings code is installed
    only if you agree to run it. Answers are kept beside the preset, for you alone; $NAME takes a variable of the
    environment.

    Examples:

        ccr install ./my-preset
        ccr install https://example.com/team.zip --sha256 9f86d0...
        ccr install owner/repo --set api_key='$OPENROUTER_API_KEY'
        ccr install my-preset --set model=deepseek-chat
    """
    # Imports the network.
    from ccr.run import preset as presets

    env = dict(os.environ)
    place = home(env)
    loaded = given(config, None).source(place, env).read()
    values = dict(map(_pair, answers or ()))
    asker = _asker(yes_run_code)
    if source in presetfile.names(place) and not Path(source).exists():
        done = _again(place, source, values, loaded=loaded, yes_run_code=yes_run_code)
    else:
        origin = _origin(source, sha256, loaded=loaded, place=place, env=env)
        if origin.kind == "url":
            tell(f"fetching {origin.place}")
        wish = presets.Wish(origin=origin, name=name, values=values, replaces=force)
        done = presets.install(place, wish, loaded=loaded, env=env, ask=_ask, consent=asker)
    _report(done)
    return 0


install_preset = install


def _origin(source: str, sha256: str, *, loaded: Loaded, place: Home, env: Mapping[str, str]) -> Origin:
    """Return what is meant: a folder or file that is there, an address, a repository, or a name of the index."""
    # Imports the network.
    from ccr.run import index
    from ccr.run.preset import FORMS

    # A folder that is there is meant, even if a repository could have its name.
    found = str(Path(source).absolute()) if Path(source).exists() else source
    origin = read_origin(f"{found}#sha256={sha256}" if sha256 else found)
    if sha256 and not origin.digest:
        raise CommandError(f"--sha256 {sha256!r} is no SHA-256: 64 hexadecimal digits are")
    if origin.kind == "url" or Path(origin.place).expanduser().exists():
        return origin
    if index.is_remote(loaded):
        tell(f"fetching {index.place(loaded)}")
    listed = index.index(loaded, folder=place.root, env=env)
    entry = pick(listed, source)
    if entry is not None:
        return replace(entry.origin, digest=origin.digest or entry.digest)
    if listed:
        alike = near(listed, source)
        hint = f"did you mean {alike!r}? " if alike else ""
        raise CommandError(
            f"there is no {source!r} here or in the index; {hint}`ccr preset search` shows what there is"
        )
    raise CommandError(f"there is no {source!r}; {FORMS}")


def _again(place: Home, name: str, values: Answers, *, loaded: Loaded, yes_run_code: bool) -> Preset:
    """Ask the questions of an installed preset once more."""
    from ccr.run import preset as presets

    found = presetfile.find(place, name)
    allowed = presets.allow(found, _asker(yes_run_code))
    new = presets.answers(found, found.values, values, loaded=loaded, ask=_ask)
    presetfile.answer(found, new)
    presetfile.sign(found, presetfile.new_note(found.note.source or str(found.folder), code=allowed))
    return presetfile.load(found.folder)


def _report(done: Preset) -> None:
    far = reach(done.manifest)
    print(f"installed {done.name}: {done.folder}")
    if far.hosts:
        print(f"it sends requests to: {', '.join(far.hosts)}")
    if far.variables:
        print(f"it uses the variables: {', '.join(far.variables)}")
    if done.name in COMMANDS:
        tell(f"`ccr {done.name}` is a command of ccr; to run the preset, install it with --name NAME")
    else:
        print(f"`ccr {done.name}` runs Claude Code with it")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CommandError(f"--set {text!r} is not of the form ID=VALUE")
    return name, value


def _asker(yes_run_code: bool) -> "Any":
    def consent(preset: Preset, far: Reach) -> bool:
        if yes_run_code or not is_interactive():
            return yes_run_code
        print("This preset runs code of its author on this machine:", file=sys.stderr)
        for place in far.code:
            print(f"  {place}", file=sys.stderr)
        return confirm("Do you trust it?", default=False, instead="add --yes-run-code")

    return consent


def _ask(question: Question, known: Any, catalog: Catalog, answers: Answers) -> Any:
    """Ask a question on the terminal; without one, what is known or the default stands."""
    default = known if known is not None else default_of(question)
    if not is_interactive():
        return default
    choices = question.choices(answers, catalog)
    instead = f"give --set {question.id}=VALUE"
    names = [str(choice.value) for choice in choices]
    if question.kind == "confirm":
        return confirm(question.text, default=bool(default), instead=instead)
    if question.kind == "multiselect" and choices:
        return choose_some(question.text, names, [str(item) for item in default or ()], instead=instead)
    if question.kind == "select" and choices:
        return choose(question.text, names, "" if default is None else str(default), instead=instead)
    if question.kind == "password":
        return _secret(question, default, instead)
    shown = "" if default is None else str(default)
    return ask(_prompt(question), shown, check=lambda text: question.accept(text, choices), instead=instead)


def _secret(question: Question, default: Any, instead: str) -> Any:
    kept = " (empty keeps the present one)" if default else " (or $NAME of a variable)"
    return secret(f"{question.text}{kept}", check=lambda text: question.accept(text or default or ""), instead=instead)


def _prompt(question: Question) -> str:
    hint = re.sub(r"\s+", " ", question.placeholder)
    return f"{question.text} ({hint})" if hint else question.text
