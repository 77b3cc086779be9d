"""The questions of `ccr setup`. Answers are only collected; nothing is changed before the last one."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ccr.cli.add import name_of
from ccr.cli.ask import ask, choose, choose_some, confirm, secret
from ccr.cli.conclude import INSTEAD, complaints, finish, try_out
from ccr.config.change import complain_of_url, split_models
from ccr.config.interpolate import placeholder
from ccr.run import setup as setups
from ccr.run.configtext import ConfigText
from ccr.run.setup import Wanted
from ccr.store.secret import has_keychain
from ccr.store.template import Template, templates

OTHER = "another one, by its address"
ROUTES = {
    "default": "ordinary work",
    "background": "titles and other small tasks",
    "think": "plan mode and thinking",
    "longContext": "long prompts",
}
NONE = "(as default)"
SHOWN = 12

_PASTE, _VARIABLE, _FILE, _COMMAND, _KEYCHAIN, _NONE = "paste", "variable", "file", "command", "keychain", "none"


def run(text: ConfigText, env: Mapping[str, str]) -> int:
    """Ask, try, and write the configuration; return the exit code."""
    anew = _ask_about(text)
    if anew is None:
        return 1
    wanted = [_provider(template, text, env) for template in _templates()]
    while confirm("Ask each model for one token, to see whether it works?", default=True, instead=INSTEAD):
        failed = complaints(try_out(wanted, text, env))
        if not failed:
            _say("every model answers")
            break
        _say("\n".join(["these don't work:", *(f"  {line}" for line in failed)]))
        if not confirm("Try again?", default=False, instead=INSTEAD):
            break
    routes = _routes([f"{one.name},{model}" for one in wanted for model in one.models])
    _say(f"\n{', '.join(one.name for one in wanted)}; routes: {', '.join(f'{k}={v}' for k, v in routes.items())}")
    if not confirm(f"Write {text.path}?", default=True, instead=INSTEAD):
        _say("nothing was written")
        return 1
    finish(text, wanted, routes, anew=anew, env=env)
    return 0


def _ask_about(text: ConfigText) -> bool | None:
    """Return whether a file that is there is to be made anew; None to leave it alone."""
    present = [provider.name for provider in text.config.providers]
    if not text.path.exists() or not present:
        return False
    _say(f"{text.path} is there, with {', '.join(present)}.")
    options = ("add to it", "make it anew (the old one is kept beside it)", "leave it")
    picked = choose("What now", options, "1", instead=INSTEAD)
    return None if picked == options[2] else picked == options[1]


def _templates() -> Sequence[Template | None]:
    """Return what was chosen; None for a provider without a template."""
    known = list(templates().values())
    titles = [*(template.title for template in known), OTHER]
    picked = choose_some("Providers, such as 1 3", titles, instead=INSTEAD)
    return [next((template for template in known if template.title == title), None) for title in picked]


def _provider(template: Template | None, text: ConfigText, env: Mapping[str, str]) -> Wanted:
    if template is None:
        template = _described()
    _say(f"\n{template.title}")
    wanted = _with_key(template, env)
    listed = setups.models_of(wanted, env=env, proxy_url=text.config.proxy_url)
    if listed:
        more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
        _say(f"it has {', '.join(listed[:SHOWN])}{more}")
    default = [model for model in template.models if not listed or model in listed] or listed[:1]
    models = ask("Models, with commas between them", ",".join(default), check=_models, instead=INSTEAD)
    return Wanted(name=wanted.name, url=wanted.url, key=wanted.key, hidden=wanted.hidden, models=models)


def _described() -> Template:
    """Return a provider that has no template."""

    def address(answer: str) -> str:
        if complaint := complain_of_url(answer):
            raise ValueError(complaint)
        return answer

    def name(answer: str) -> str:
        if not answer or "," in answer:
            raise ValueError("it needs a name without commas")
        return answer

    url = ask("Address, such as https://llm.example.com/v1", check=address, instead=INSTEAD)
    called = ask("Name", name_of(url), check=name, instead=INSTEAD)
    return Template(called, called, url, variable="API_KEY")


def _with_key(template: Template, env: Mapping[str, str]) -> Wanted:
    """Ask for the key, or where it is."""
    bare = Wanted(name=template.name, url=template.url)
    if not template.variable:
        return bare
    if env.get(template.variable) and confirm(f"Use ${template.variable}?", default=True, instead=INSTEAD):
        return Wanted(name=bare.name, url=bare.url, key=f"${template.variable}")
    if template.keys:
        _say(f"keys are made at {template.keys}")
    ways = {
        "paste it; it stands in the configuration, which only you can read": _PASTE,
        "name a variable of the environment": _VARIABLE,
        "name a file": _FILE,
        "name a command that prints it": _COMMAND,
    }
    if not template.keys:
        ways["it needs none"] = _NONE
    if has_keychain(env):
        ways["paste it; it goes to the keychain"] = _KEYCHAIN
    way = ways[choose("Where is the key", list(ways), "1", instead=INSTEAD)]
    if way == _NONE:
        return bare
    if way in (_PASTE, _KEYCHAIN):
        value = secret("Key", check=_key, instead=INSTEAD)
        if way == _KEYCHAIN and placeholder(value) is None:
            return Wanted(name=bare.name, url=bare.url, key=f"${{keychain:{bare.name}}}", hidden=value)
        return Wanted(name=bare.name, url=bare.url, key=value)
    return Wanted(name=bare.name, url=bare.url, key=_reference(way, template))


def _reference(way: str, template: Template) -> str:
    if way == _VARIABLE:
        return "$" + ask("Variable", template.variable, check=_variable, instead=INSTEAD)
    if way == _FILE:
        return f"${{file:{ask('File', check=_file, instead=INSTEAD)}}}"
    return f"${{command:{ask('Command', check=_command, instead=INSTEAD)}}}"


def _routes(pairs: Sequence[str]) -> dict[str, str]:
    """Ask which model serves which kind of request."""
    if len(pairs) == 1:
        return {"default": pairs[0]}
    found: dict[str, str] = {}
    for route, what in ROUTES.items():
        options = pairs if route == "default" else [NONE, *pairs]
        picked = choose(f"\nModel for {what} ({route})", options, "1", instead=INSTEAD)
        if picked != NONE:
            found[route] = picked
    return found


def _models(answer: str) -> tuple[str, ...]:
    models = tuple(split_models(answer))
    if not models:
        raise ValueError("name at least one model")
    return models


def _key(answer: str) -> str:
    if not answer or not answer.isascii() or not answer.isprintable() or " " in answer:
        raise ValueError("that is no key")
    return answer


def _variable(answer: str) -> str:
    name = answer.strip().lstrip("$").strip("{}")
    if placeholder(f"${name}") != name:
        raise ValueError("a variable has capitals, digits and underscores")
    return name


def _file(answer: str) -> str:
    path = Path(answer).expanduser().absolute()
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return str(path)


def _command(answer: str) -> str:
    if not answer or "}" in answer:
        raise ValueError("a command without closing braces is wanted")
    return answer


def _say(text: str) -> None:
    print(text, file=sys.stderr)
