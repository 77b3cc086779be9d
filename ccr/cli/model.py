"""`ccr model`: which model serves which kind of request."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from ccr.cli.option import ConfigOption, JsonOption
from ccr.cli.place import given
from ccr.cli.report import tell
from ccr.cli.table import pair_lines
from ccr.config.change import pairs, read_route, read_target, set_route, shown_routes
from ccr.errors import CommandError
from ccr.run.configtext import ConfigText
from ccr.store.paths import home

Action = Literal["list", "set"]


def model(
    action: Annotated[Action | None, Parameter(help="What to do; without it, everything is chosen from lists.")] = None,
    route: Annotated[str | None, Parameter(help="set: the route, such as default, think or haiku.")] = None,
    target: Annotated[str | None, Parameter(help="set: PROVIDER,MODEL.")] = None,
    *,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> int:
    """Choose the models of the routes.

    At a terminal, it shows the routes and lets one choose their models, and add models and providers. `list` and `set`
    are for scripts. The file keeps its comments and the order of its keys; the last three are kept beside it.

    Examples:

        ccr model
        ccr model list
        ccr model set think deepseek,deepseek-reasoner
    """
    env = dict(os.environ)
    path = given(config, None).source(home(env), env).path
    if action == "list":
        return _list(path, env, json=json)
    if action == "set":
        if not route or not target:
            raise CommandError("name a route and a model: ccr model set think PROVIDER,MODEL")
        return _set(path, env, route=route, target=target)
    from ccr.cli.modelmenu import run
    from ccr.cli.prompt import require_terminal

    require_terminal("use `ccr model list` and `ccr model set ROUTE PROVIDER,MODEL`")
    return run(ConfigText(path, env))


def _list(path: Path, env: dict[str, str], *, json: bool) -> int:
    text = ConfigText(path, env)
    routes = shown_routes(text.loaded.raw)
    if json:
        print(msgspec.json.encode(_as_json(text, routes)).decode())
        return 0
    for line in (*pair_lines(routes), "", *_model_lines(pairs(text.config), routes)):
        print(line)
    return 0


def _model_lines(known: list[str], routes: dict[str, str]) -> list[str]:
    uses = {pair: ", ".join(name for name, target in routes.items() if target == pair) for pair in known}
    return [f"{pair}  ({use})" if use else pair for pair, use in uses.items()] or ["no model is configured"]


def _as_json(text: ConfigText, routes: dict[str, str]) -> dict[str, Any]:
    providers = [{"name": item.name, "models": list(item.models)} for item in text.config.providers]
    return {"path": str(text.path), "routes": {k: v or None for k, v in routes.items()}, "providers": providers}


def _set(path: Path, env: dict[str, str], *, route: str, target: str) -> int:
    text = ConfigText(path, env)
    name = read_route(route, text.loaded.raw)
    pair, oddity = read_target(target, text.config)
    if oddity:
        tell(oddity)
    is_rewritten = text.change(lambda content, raw: set_route(content, raw, name, pair))
    if is_rewritten:
        tell(f"the comments of {path} could not be kept; they are in the newest .bak beside it")
    print(f"{name}: {pair}")
    return 0
