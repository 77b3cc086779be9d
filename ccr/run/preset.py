"""Installs presets, and runs Claude Code with one."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import trio

from ccr.config.parse import Loaded
from ccr.config.redact import redactor
from ccr.errors import CommandError, ConfigError
from ccr.net.download import download
from ccr.preset.apply import complete
from ccr.preset.export import export, with_files
from ccr.preset.manifest import check_name
from ccr.preset.origin import Origin
from ccr.preset.question import Answers, Catalog, Question
from ccr.preset.reach import Reach, reach
from ccr.run import claude, environment, session, settings
from ccr.run.child import spawn
from ccr.run.source import Source
from ccr.store import configfile, presetconfig, presetfile
from ccr.store.archive import unpack
from ccr.store.paths import Home
from ccr.store.presetfile import Preset

Ask = Callable[[Question, Any, Catalog, Answers], Any]
"""Asks one question; gets what was answered before, the providers and models, and the answers so far."""
Consent = Callable[[Preset, Reach], bool]
"""Asks whether a preset's code may run."""


class PresetSource(Source, frozen=True, kw_only=True):
    """The configuration that a preset makes from its manifest, `path`; `own` is the user's, which fills it up."""

    home: Home
    name: str
    own: Path

    @property
    def paths(self) -> tuple[Path, ...]:
        """The author's file, the answers, the user's own configuration and its variables."""
        return (self.path, self.path.with_name(presetfile.VALUES), self.own, configfile.dotenv_of(self.own))

    def read(self) -> Loaded:
        """Read both as they are now."""
        return self.override(presetconfig.read(self.home, self.name, path=self.own, env=self.env))


def source_of(
    home: Home, name: str, *, own: Path, env: Mapping[str, str], port: int | None, routes: Mapping[str, str]
) -> PresetSource:
    """Return the source of an installed preset."""
    path = home.presets / name / presetfile.MANIFEST
    return PresetSource(path=path, env=env, port=port, routes=routes, home=home, name=name, own=own)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to install. `name` is his own for it, empty for the preset's."""

    origin: Origin
    name: str = ""
    values: Mapping[str, Any] = {}
    replaces: bool = False


def run(source: PresetSource, arguments: Sequence[str]) -> int:
    """Run Claude Code with a preset and return its exit code."""
    preset = presetfile.find(source.home, source.name)
    loaded = source.read()
    loaded.require()
    if preset.manifest.claude_settings and not _has_settings(arguments):
        arguments = [settings.OPTION, json.dumps(preset.manifest.claude_settings), *arguments]
    if preset.manifest.no_server:
        return _run_directly(source, loaded, arguments)
    return session.run(session.Session(source=source, home=source.home, arguments=arguments), loaded)


def install(home: Home, wish: Wish, *, loaded: Loaded, env: Mapping[str, str], ask: Ask, consent: Consent) -> Preset:
    """Install a preset, ask what it asks and return it. Raises CcrError, and leaves everything as it was then."""
    with presetfile.staging(home) as folder:
        inner = folder / "preset"
        inner.mkdir()
        _fetch(wish.origin, inner, loaded=loaded, env=env)
        found = presetfile.load(_manifest_folder(inner, wish.origin))
        name = check_name(wish.name or found.manifest.name or wish.origin.name)
        if (home.presets / name).exists() and not wish.replaces:
            raise CommandError(f"there is a preset {name!r} already; add --force to replace it, or --name NAME")
        allowed = allow(found, consent)
        known = presetfile.find(home, name).values if presetfile.is_preset(home.presets / name) else {}
        values = answers(found, {**found.values, **known}, wish.values, loaded=loaded, ask=ask)
        presetfile.copy(found.folder, folder / "copy")
        installed = presetfile.put(home, folder / "copy", name)
        presetfile.answer(installed, values)
        presetfile.sign(installed, presetfile.new_note(wish.origin.place, code=allowed))
        return presetfile.load(installed.folder)


def allow(preset: Preset, consent: Consent) -> str:
    """Return the digest of a preset whose code may run, empty if it has none. Raises CommandError without consent."""
    found = reach(preset.manifest)
    if not found.code:
        return ""
    if not consent(preset, found):
        listed = "\n".join(f"  {place}" for place in found.code)
        raise CommandError(
            f"the preset runs code of its author on this machine:\n{listed}\n"
            "nothing was installed; if you trust it, add --yes-run-code"
        )
    return presetfile.digest(preset.folder)


def answers(preset: Preset, known: Answers, given: Answers, *, loaded: Loaded, ask: Ask) -> dict[str, Any]:
    """Return the answers to a preset's questions: those given, else what `ask` brings. Raises ConfigError."""
    catalog = presetconfig.catalog(loaded)
    ids = {question.id for question in preset.manifest.questions}
    strangers = [name for name in given if name not in ids]
    if strangers:
        raise CommandError(
            f"the preset has no question {strangers[0]!r}; it asks: {', '.join(sorted(ids)) or 'nothing'}"
        )
    found: dict[str, Any] = {}
    for question in preset.manifest.questions:
        if not question.is_asked(found):
            continue
        value = given[question.id] if question.id in given else ask(question, known.get(question.id), catalog, found)
        if value is not None:
            found[question.id] = value
    return complete(preset.manifest, found, catalog)


def write_export(
    loaded: Loaded,
    target: Path,
    about: Mapping[str, str],
    *,
    keywords: Sequence[str] = (),
    keeps_secrets: bool = False,
    folder: Path,
) -> list[str]:
    """Write a preset made of the configuration into a new folder; return the ids of what it will ask for.

    Files that it names, relative ones to `folder`, come along. Raises CommandError if that can't be done.
    """
    mask = redactor(loaded.config).text
    made = export(loaded.raw, about, keywords=keywords, mask=mask, keeps_secrets=keeps_secrets)
    carried: dict[str, Path] = {}

    def take(name: str) -> str:
        path = folder / Path(name).expanduser()
        if not path.is_file():
            raise CommandError(f"the configuration names the file {name!r}, which isn't there; correct that first")
        new = path.name if carried.get(path.name, path) == path else f"{len(carried)}-{path.name}"
        carried[new] = path
        return new

    made = with_files(made, take)
    try:
        target.mkdir(mode=0o700, parents=True)
        for name, path in carried.items():
            (target / name).write_bytes(path.read_bytes())
        text = json.dumps(made, indent=2, ensure_ascii=False)
        (target / presetfile.MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    except FileExistsError:
        raise CommandError(f"{target} is there already; give another --output or name") from None
    except OSError as error:
        # Half a preset is none, and would be in the way of the next try.
        shutil.rmtree(target, ignore_errors=True)
        raise CommandError(f"{target} can't be written: {error.strerror}") from error
    return [question["id"] for question in made.get("schema", ())]


def _fetch(origin: Origin, folder: Path, *, loaded: Loaded, env: Mapping[str, str]) -> None:
    """Put the files of a preset into a folder."""
    if origin.kind == "url":
        proxy_url = loaded.config.proxy_url if loaded.config else None
        data = trio.run(partial(download, origin.place, proxy_url=proxy_url, env=env))
    else:
        path = Path(origin.place).expanduser()
        if path.is_dir():
            if origin.digest:
                raise CommandError("a checksum is for an archive, and this is a folder")
            presetfile.copy(path, folder)
            return
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}; {FORMS}") from error
    _check_digest(data, origin.digest)
    unpack(data, folder)


FORMS = "name a folder, a .zip or .tar.gz file, an https address, or owner/repo on GitHub"


def _check_digest(data: bytes, wanted: str) -> None:
    from hashlib import sha256

    found = sha256(data).hexdigest()
    if wanted and found != wanted:
        raise CommandError(f"the archive is not the one that was meant: its SHA-256 is {found}; nothing was installed")


def _manifest_folder(folder: Path, origin: Origin) -> Path:
    if presetfile.is_preset(folder):
        return folder
    raise CommandError(f"there is no {presetfile.MANIFEST} in {origin.place}, so it is no preset; {FORMS}")


def _has_settings(arguments: Sequence[str]) -> bool:
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return any(word == settings.OPTION or word.startswith(f"{settings.OPTION}=") for word in before)


def _run_directly(source: PresetSource, loaded: Loaded, arguments: Sequence[str]) -> int:
    """Run Claude Code against the first provider, which speaks the Messages API itself."""
    config = loaded.require()
    if not config.providers:
        raise ConfigError(f"the preset {source.name!r} has noServer, but no provider to talk to")
    provider = config.providers[0]
    base_url = provider.url.rstrip("/").removesuffix("/v1/messages").rstrip("/")
    key = provider.keys[0].key if provider.keys else ""
    direct = msgspec.structs.replace(config, apikey=key or None)
    env = environment.for_claude(source.env, direct, base_url=base_url)
    content = settings.content(environment.variables(source.env, direct, base_url=base_url))
    with settings.given(arguments, content, folder=source.home.run) as words:
        command = claude.find(source.env, configured=config.claude_path)
        return spawn([*command, *words], env=env, silent=config.non_interactive_mode).wait()
