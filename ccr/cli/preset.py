"""`ccr preset`: what is installed, and what to install, export, look at or delete."""

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import App, Parameter

from ccr.cli.ask import confirm, is_interactive
from ccr.cli.install import install_preset
from ccr.cli.option import ConfigOption, JsonOption
from ccr.cli.place import given
from ccr.cli.report import tell
from ccr.cli.table import table
from ccr.errors import CommandError, ConfigError
from ccr.preset.index import search
from ccr.preset.manifest import check_name
from ccr.preset.reach import reach
from ccr.store import presetfile
from ccr.store.paths import Home, home

if TYPE_CHECKING:
    from ccr.store.presetfile import Preset

preset = App(
    name="preset",
    help="Install, list, export and delete presets; `ccr NAME` runs Claude Code with one.\n\n"
    "A preset is a folder with a manifest.json: providers, routes, a status line, and what to ask whoever uses it. "
    "Every argument after its name is Claude Code's own.",
    help_epilogue="Examples:\n\n"
    "    ccr preset install ./my-preset\n"
    "    ccr preset install owner/repo --set api_key='$OPENROUTER_API_KEY'\n"
    "    ccr preset search deepseek\n"
    "    ccr preset list\n"
    '    ccr my-preset -p "explain this"\n'
    "    ccr preset export team --output team.zip\n"
    "    ccr preset delete my-preset\n",
    help_format="plaintext",
    version_flags=[],
)

preset.command(install_preset, name="install")


@preset.command(name="list")
def list_presets(*, json: JsonOption = False) -> int:
    """List the installed presets."""
    place = _place()
    rows = [_summary(place, name) for name in presetfile.names(place)]
    if json:
        print(msgspec.json.encode(rows).decode())
    elif not rows:
        print("no preset is installed; `ccr preset install` installs one")
    else:
        print(table(("name", "version", "description"), [(r["name"], r["version"], r["description"]) for r in rows]))
    return 0


@preset.command(name="search")
def search_presets(*words: str, json: JsonOption = False, config: ConfigOption = None) -> int:
    """Show the presets of the index that PRESET_INDEX names, with all these words in their names or descriptions."""
    # Imports the network.
    from ccr.run import index

    env = dict(os.environ)
    place = home(env)
    loaded = given(config, None).source(place, env).read()
    if not index.place(loaded):
        raise CommandError("no index is configured; set PRESET_INDEX to a file or an https address")
    if index.is_remote(loaded):
        tell(f"fetching {index.place(loaded)}")
    entries = search(index.index(loaded, folder=place.root, env=env), " ".join(words))
    if json:
        print(msgspec.json.encode(entries).decode())
    elif entries:
        rows = [(one.id, one.version, one.author, one.description or one.name) for one in entries]
        print(table(("name", "version", "author", "description"), rows))
    else:
        print("no preset of the index has all these words")
    return 0


@preset.command
def info(name: str, /, *, json: JsonOption = False) -> int:
    """Show what a preset is, what it asks, where it sends requests and which code it runs."""
    found = presetfile.find(_place(), name)
    shown = _details(found)
    if json:
        print(msgspec.json.encode(shown).decode())
        return 0
    for key, value in shown.items():
        lines = value if isinstance(value, list) else [str(value)]
        if lines and lines != [""]:
            print(f"{key}: {lines[0]}" if len(lines) == 1 else "\n  ".join([f"{key}:", *lines]))
    return 0


@preset.command(name=["delete", "rm", "remove"])
def delete(name: str, /, *, yes: Annotated[bool, Parameter(negative="", help="Don't ask.")] = False) -> int:
    """Delete a preset and the answers that were given to it."""
    place = _place()
    is_sure = yes or not is_interactive() or name not in presetfile.names(place)
    if not is_sure and not confirm(f"Delete the preset {name}?", default=False, instead="add --yes"):
        return 1
    print(f"deleted {presetfile.delete(place, name)}")
    return 0


@preset.command
def export(
    name: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(help="A folder, or a file that ends in .zip; not there yet.")] = None,
    description: Annotated[str, Parameter(help="What it is for.")] = "",
    author: Annotated[str, Parameter(help="Who made it.")] = "",
    version: Annotated[str, Parameter(help="Its version.")] = "1.0.0",
    tags: Annotated[str, Parameter(help="Words to find it by, with commas between them.")] = "",
    include_sensitive: Annotated[bool, Parameter(negative="", help="Keep keys and other secrets in it.")] = False,
    config: ConfigOption = None,
) -> int:
    """Make a preset of your configuration.

    Keys and other secrets are left out: whoever installs it is asked for his own. References such as $OPENAI_API_KEY
    stay. Files that the configuration names come along.
    """
    from ccr.run.preset import write_export

    env = dict(os.environ)
    place = home(env)
    source = given(config, None).source(place, env)
    loaded = source.read()
    loaded.require(source.path)
    target = output.expanduser() if output else place.presets / check_name(name)
    is_zip = target.suffix.lower() == ".zip"
    if is_zip and target.exists():
        raise CommandError(f"{target} is there already; give another --output")
    folder = target.with_suffix("") if is_zip else target
    about = {"name": check_name(name), "version": version, "description": description, "author": author}
    words = [word for word in re.split(r"[,\s]+", tags) if word]
    asked = write_export(
        loaded, folder, about, keywords=words, keeps_secrets=include_sensitive, folder=source.path.parent
    )
    if is_zip:
        shutil.make_archive(str(folder), "zip", folder)
        shutil.rmtree(folder)
    if include_sensitive:
        tell("the preset has your secrets in it; don't give it to anybody")
    print(f"wrote {target}")
    if asked:
        print(f"whoever installs it is asked for: {', '.join(asked)}")
    return 0


def _place() -> Home:
    return home(dict(os.environ))


def _summary(place: Home, name: str) -> dict[str, str]:
    try:
        about = presetfile.find(place, name).manifest.about
    except ConfigError as error:
        return {"name": name, "version": "", "description": f"broken: {error}"}
    return {"name": name, "version": about.get("version", ""), "description": about.get("description", "")}


def _details(found: "Preset") -> dict[str, Any]:
    manifest, far = found.manifest, reach(found.manifest)
    return {
        **manifest.about,
        "name": found.name,
        "keywords": ", ".join(manifest.keywords),
        "folder": str(found.folder),
        "installed from": found.note.source,
        "sends requests to": list(far.hosts),
        "uses the variables": list(far.variables),
        "runs code": list(far.code),
        "asks": [f"{q.id} ({q.kind}): {q.text}" for q in manifest.questions],
        "answered": sorted(found.values),
        "left out": [f"{key}: a preset may not set it" for key in manifest.ignored],
    }
