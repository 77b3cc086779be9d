"""`ccr config`: where the configuration is, what is wrong with it, and a safe way to change it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from ccr.cli.option import ConfigOption, JsonOption
from ccr.cli.place import given
from ccr.cli.report import tell, warn
from ccr.config.parse import parse
from ccr.config.problem import Problem
from ccr.config.redact import redactor
from ccr.config.starter import STARTER
from ccr.errors import CommandError, ConfigError
from ccr.run import editor
from ccr.run.check import check
from ccr.run.source import Source
from ccr.store import configfile
from ccr.store.paths import home

Action = Literal["path", "check", "show", "edit", "schema"]


def config(
    action: Annotated[Action, Parameter(help="What to do.")],
    /,
    *,
    json: JsonOption = False,
    strict: Annotated[bool, Parameter(negative="", help="check: exit with 1 for warnings too.")] = False,
    config: ConfigOption = None,
) -> int:
    """Find, check, show or edit the configuration.

    `path` prints where it is. `check` lists every problem with its place and exits with 1 if it can't be used. `show`
    prints it without its secrets. `edit` opens $VISUAL or $EDITOR on a copy, which replaces the file once it can be
    used; the last three files are kept beside it. `schema` prints the JSON Schema, for editors.

    Examples:

        ccr config check
        ccr config show --json
        EDITOR=nano ccr config edit
        ccr config schema > ccr.schema.json
    """
    env = dict(os.environ)
    source = given(config, None).source(home(env), env)
    if action == "path":
        print(source.path)
        return 0
    if action == "check":
        return _check(source, env, json=json, strict=strict)
    if action == "show":
        return _show(source, json=json)
    if action == "edit":
        return _edit(source.path, env)
    from ccr.config.jsonschema import document

    print(document().decode(), end="")
    return 0


def _check(source: Source, env: dict[str, str], *, json: bool, strict: bool) -> int:
    loaded = source.read()
    problems = check(loaded, folder=home(env).root, env=env)
    is_unusable = any(problem.fatal for problem in problems)
    if json:
        print(msgspec.json.encode({"path": str(source.path), "usable": not is_unusable, "problems": problems}).decode())
    elif problems:
        print("\n".join(f"{'error' if problem.fatal else 'warning'}: {problem}" for problem in problems))
    if not json:
        print(f"{source.path} {_verdict(problems, is_unusable=is_unusable)}")
    return 1 if is_unusable or (strict and problems) else 0


def _verdict(problems: Sequence[Problem], *, is_unusable: bool) -> str:
    if is_unusable:
        return "can't be used"
    return f"can be used, with {len(problems)} warning{'s' if len(problems) > 1 else ''}" if problems else "is fine"


def _show(source: Source, *, json: bool) -> int:
    loaded = source.read()
    if not source.path.exists():
        raise ConfigError(f"there is no configuration yet; {configfile.advice(source.path)}")
    if not loaded.raw:
        loaded.require(source.path)
    shown = msgspec.json.encode(redactor(loaded.config).value(loaded.raw))
    print((shown if json else msgspec.json.format(shown, indent=2)).decode())
    return 0


def _edit(path: Path, env: dict[str, str]) -> int:
    seen = configfile.revision(path)
    before = path.read_bytes().decode("utf-8-sig", "replace") if seen else STARTER
    scratch = editor.copy(path, before)
    text = before
    try:
        text = _edited(scratch, env)
        if text != before or not seen:
            configfile.save(path, text, env=env, seen=seen, mends=True)
    except (ConfigError, CommandError) as error:
        # Nobody's work gets lost.
        if scratch.read_bytes().decode("utf-8", "replace") != before:
            raise CommandError(f"{path} is unchanged: {error}; what you wrote is in {scratch}") from error
        scratch.unlink()
        raise
    scratch.unlink(missing_ok=True)
    if text == before and seen:
        print(f"{path} is unchanged")
        return 0
    warn(path, parse(text, env).problems)
    print(f"{path} is changed; a running service takes it up within a second")
    return 0


def _edited(scratch: Path, env: dict[str, str]) -> str:
    """Return what the user makes of a copy, once it can be used. Raises ConfigError if the user gives up."""
    while True:
        text = editor.edit(scratch, env)
        loaded = parse(text, env)
        if loaded.config is not None:
            return text
        if not sys.stdin.isatty():
            # Nobody is there to try again.
            loaded.require()
        tell("\n".join(f"error: {problem}" for problem in loaded.problems if problem.fatal))
        if input("edit again? [Y/n] ").strip().lower() in ("n", "no"):
            loaded.require()
