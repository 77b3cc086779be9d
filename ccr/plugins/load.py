"""Loads the user's own code as a configuration names it. Whatever is wrong with it is a problem, never an exception.

Reading is plain blocking code, some 100 ms for the first JavaScript file: call it before Trio runs, or in a thread.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from ccr.config.schema import Chains, Config, Entry, PluginSpec
from ccr.core.unified import Json
from ccr.errors import CcrError, ConfigError
from ccr.plugins.ask import Log
from ccr.plugins.js import runtime
from ccr.plugins.js.bridge import Bridge
from ccr.plugins.js.describe import describe
from ccr.plugins.js.transformer import JavaScriptTransformer, Traits
from ccr.plugins.rewrite import BUILTIN as BUILTIN_REWRITERS
from ccr.plugins.rewrite import JavaScriptRewriter, PythonRewriter, Rewriter
from ccr.plugins.router import JavaScriptRouter, PythonRouter, Router
from ccr.plugins.transformer import read
from ccr.transform.base import Transformer
from ccr.transform.builtin import BUILTIN
from ccr.transform.registry import Maker, Registry

PYTHON = (".py",)
JAVASCRIPT = (".js", ".cjs", ".mjs")


class Plugins(msgspec.Struct, frozen=True):
    """The user's own code, ready for use."""

    registry: Registry = BUILTIN
    router: Router | None = None
    rewriters: tuple[Rewriter, ...] = ()
    bridge: Bridge | None = None
    """Runs what is JavaScript; None if nothing is."""
    problems: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    """What to load again when it changes. They need not exist."""


class Loader:
    """Loads plugins again and again. Paths are relative to `folder`; what `usePlugins` names is in its `plugins`."""

    def __init__(self, folder: Path, *, env: Mapping[str, str], log: Log) -> None:
        self._folder = folder
        self._env = env
        self._log = log

    def load(self, config: Config) -> Plugins:
        """Return the plugins of a configuration."""
        return _Loading(config, self._folder, env=self._env, log=self._log).run()


class _Loading:
    def __init__(self, config: Config, folder: Path, *, env: Mapping[str, str], log: Log) -> None:
        self._config = config
        self._folder = folder
        self._env = env
        self._log = log
        self._shown = shown(config)
        self._command = runtime.find(env)
        self._bridge: Bridge | None = None
        self._problems: list[str] = []
        self._files: list[Path] = []

    def run(self) -> Plugins:
        registry = self._registry()
        return Plugins(
            registry=registry,
            router=self._router(),
            rewriters=tuple(self._rewriters()),
            bridge=self._bridge,
            problems=tuple(self._problems),
            files=tuple(dict.fromkeys(self._files)),
        )

    # --- transformers

    def _registry(self) -> Registry:
        registry = BUILTIN
        for index, spec in enumerate(self._config.transformers):
            where = f"transformers[{index}]"
            name, maker = self._transformer(spec, where)
            if maker is not None:
                registry = registry.having(spec.name or name, maker)
        for path in dict.fromkeys(entry.path for entry in self._entries() if entry.path):
            _, maker = self._transformer(PluginSpec(path), "transformer")
            if maker is not None:
                registry = registry.having(path, maker)
        return self._with_unnamed(registry)

    def _with_unnamed(self, registry: Registry) -> Registry:
        """Let names that nobody has tell about the files that are broken: one of these may have had it."""
        told = "; ".join(self._problems)
        for name in dict.fromkeys(entry.name for entry in self._entries() if not entry.path):
            if told and registry.problem(name) is not None:
                registry = registry.having(name, partial(_refuse, f"transformer {name!r}: {told}"))
        return registry

    def _entries(self) -> Iterator[Entry]:
        for provider in self._config.providers:
            yield from provider.chain.provider
            for model in provider.chain.models.values():
                yield from model

    def _transformer(self, spec: PluginSpec, where: str) -> tuple[str, Maker | None]:
        """Return the name of a file's transformer, and what makes it; the latter raises ConfigError if it is broken."""
        path = self._path(spec.path)
        try:
            if path.suffix in PYTHON:
                name, make = read(path)
            else:
                traits, make = self._javascript_transformer(path, spec.options)
                name = traits.name or path.stem
        except CcrError as error:
            problem = f"{where}: {path.name}: {error}"
            self._problems.append(problem)
            # Without a runtime a transformer that ccr has itself does the work of the file of that name.
            if runtime.MISSING in problem and BUILTIN.problem(spec.name or path.stem) is None:
                return "", None
            return path.stem, partial(_refuse, problem)
        return name, lambda options: make({**spec.options, **options})

    def _javascript_transformer(self, path: Path, options: Mapping[str, Any]) -> tuple[Traits, Maker]:
        bridge = self._javascript()
        traits = msgspec.convert(self._described("transformer", path, options), Traits)

        def make(options: Mapping[str, Any]) -> Transformer:
            return JavaScriptTransformer(path, options, traits=traits, bridge=bridge)

        return traits, make

    # --- the router and usePlugins

    def _router(self) -> Router | None:
        if not self._config.custom_router_path:
            return None
        path = self._path(self._config.custom_router_path)
        limit = self._config.custom_router_timeout_ms / 1000
        try:
            if path.suffix in PYTHON:
                return PythonRouter(path, config=self._shown, log=self._log, limit=limit)
            bridge = self._javascript()
            self._described("router", path, {})
            return JavaScriptRouter(path, bridge=bridge, limit=limit)
        except CcrError as error:
            self._problems.append(f"CUSTOM_ROUTER_PATH: {path.name}: {error}; requests are routed by the rules")
            return None

    def _rewriters(self) -> Iterator[Rewriter]:
        for text in self._config.use_plugins:
            name = text.strip()
            path = self._named(name)
            try:
                if path is not None:
                    yield self._rewriter(name, path)
                elif name in BUILTIN_REWRITERS:
                    yield BUILTIN_REWRITERS[name]
                else:
                    known = " and ".join(BUILTIN_REWRITERS)
                    hint = f"there is no {name}.py or {name}.js in {self._folder / 'plugins'}, and built in are {known}"
                    self._problems.append(f"usePlugins: {name!r}: {hint}")
            except CcrError as error:
                self._problems.append(f"usePlugins: {name!r}: {error}; it is left out")

    def _named(self, name: str) -> Path | None:
        """Return the user's file for a name, which may take the place of one that is built in."""
        names = [name] if Path(name).suffix in PYTHON + JAVASCRIPT else [name + end for end in PYTHON + JAVASCRIPT]
        paths = [self._absolute(one, self._folder / "plugins") for one in names]
        found = next((path for path in paths if path.is_file()), None)
        self._files.extend([found] if found else paths)
        return found

    def _rewriter(self, name: str, path: Path) -> Rewriter:
        if path.suffix in PYTHON:
            return PythonRewriter(name, path, config=self._shown, log=self._log)
        bridge = self._javascript()
        self._described("plugin", path, {})
        return JavaScriptRewriter(name, path, bridge=bridge)

    # --- files and the child

    def _absolute(self, text: str, folder: Path) -> Path:
        home = self._env.get("HOME", "")
        written = Path(home + text[1:]) if home and text.startswith("~/") else Path(text)
        return (folder / written).absolute()

    def _path(self, text: str) -> Path:
        path = self._absolute(text.strip(), self._folder)
        self._files.append(path)
        return path

    def _javascript(self) -> Bridge:
        if self._command is None:
            raise ConfigError(runtime.MISSING)
        if self._bridge is None:
            settings = {"config": self._shown, "providers": targets(self._config)}
            self._bridge = Bridge(self._command, env=self._env, log=self._log, settings=settings)
        return self._bridge

    def _described(self, kind: str, path: Path, options: Mapping[str, Any]) -> Json:
        assert self._command is not None
        if path.suffix not in JAVASCRIPT:
            raise ConfigError(f"its name must end in {', '.join(PYTHON + JAVASCRIPT)}")
        item = {"path": str(path), "options": dict(options)}
        return describe(self._command, kind, path, item=item, config=self._shown, env=self._env)


def _refuse(problem: str, options: Mapping[str, Any]) -> Transformer:
    raise ConfigError(problem)


def shown(config: Config) -> Json:
    """Return the configuration as the user's code sees it: the file's spelling, with the values filled in."""
    found: Json = msgspec.to_builtins(config)
    found.pop("EXTRA", None)
    found.update(config.extra)
    for provider, own in zip(found.get("Providers", ()), config.providers, strict=True):
        provider["transformer"] = _written(own.chain)
        keys: list[Json] = list(provider.get("api_keys") or ())
        provider["api_key"] = keys[0]["key"] if keys else ""
        provider.update(provider.pop("extra", {}))
    router = found.get("Router", {})
    router.update(router.pop("extra", {}))
    return found


def _written(chain: Chains) -> Json:
    """Return a provider's transformers in the spelling of the configuration."""
    use = {"use": [_entry(entry) for entry in chain.provider]}
    return use | {model: {"use": [_entry(entry) for entry in entries]} for model, entries in chain.models.items()}


def _entry(entry: Entry) -> Any:
    if entry.path:
        return {"path": entry.path, "options": dict(entry.options)}
    return [entry.name, dict(entry.options)] if entry.options else entry.name


def targets(config: Config) -> Json:
    """Return what the original tells its transformers of each provider, by name; the key comes with each call."""
    return {p.name: {"baseUrl": p.url, "models": list(p.models)} for p in config.providers}
