"""From the text of `config.json` to a typed, checked, immutable configuration, with all its problems at once."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from ccr.config import agents
from ccr.config.check import check, guard, report_unset
from ccr.config.interpolate import interpolate
from ccr.config.legacy import complete
from ccr.config.problem import Problem, Report
from ccr.config.provider import providers
from ccr.config.read import pick, read
from ccr.config.schema import LONG_CONTEXT_THRESHOLD, Config, Json, Router
from ccr.config.syntax import document
from ccr.errors import ConfigError

VITAL = ("PORT", "HOST", "APIKEY")
"""Settings for which a wrong value must not be replaced by the default behind the user's back."""


class Loaded(msgspec.Struct, frozen=True):
    """The outcome of reading a configuration.

    `config` is None if a problem is fatal. `raw` is the file as it is written, with its placeholders, for whoever
    writes it back. `hash` names the content, the filled-in environment included: two with one hash behave alike.
    It is made of secrets too, so it tells nothing about them, but whoever knows all the rest could test a guess.
    """

    config: Config | None
    problems: tuple[Problem, ...]
    raw: Json
    hash: str

    def require(self, where: object = "") -> Config:
        """Return the configuration. Raises ConfigError with what is wrong, and where, if it can't be used."""
        if self.config is None:
            place = f"{where}: " if where else ""
            raise ConfigError("\n".join(f"{place}{problem}" for problem in self.problems if problem.fatal))
        return self.config


def parse(text: str, env: Mapping[str, str]) -> Loaded:
    """Read a configuration. Never raises: whatever is wrong is in `problems`."""
    report = Report()
    raw = document(text, report)
    if raw is None:
        return Loaded(None, report.problems, {}, _digest(text.encode("utf-8", "surrogatepass")))
    values, unset = interpolate(raw, env)
    written = _config(agents.overlay(_with_port(values, env), env), report)
    config = guard(complete(agents.complete(written, report), env, report), report)
    check(config, report)
    report_unset(unset, config, report)
    return Loaded(None if report.is_fatal else config, report.problems, raw, _digest(_content(config)))


def _with_port(values: Json, env: Mapping[str, str]) -> Json:
    """Let `SERVICE_PORT` replace `PORT`, as the original's server does."""
    port = env.get("SERVICE_PORT", "")
    return {**values, "PORT": port} if port.isdecimal() else values


def _config(values: Json, report: Report) -> Config:
    given: dict[str, Any] = {}
    key, value = pick(values, "Providers")
    given["providers"] = () if value is None else providers(value, path=key, report=report)
    key, value = pick(values, "Router")
    given["router"] = Router() if value is None else _router(value, path=key, report=report)
    config = read(Config, values, path="", report=report, given=given, vital=VITAL)
    # No field of it is required.
    assert config is not None
    return replace(config, api_timeout_ms=config.api_timeout_ms or 600_000)


def _router(value: Any, *, path: str, report: Report) -> Router:
    if not isinstance(value, dict):
        report.add(path, "must be an object of routes", hint='such as {"default": "provider,model"}', fatal=True)
        return Router()
    value = {key: route if key.lower() == "rules" else _route(route) for key, route in value.items()}
    router = read(Router, value, path=path, report=report) or Router()
    return replace(router, long_context_threshold=router.long_context_threshold or LONG_CONTEXT_THRESHOLD)


def _route(value: Any) -> Any:
    """Return a route that is written as a list in its long form."""
    return {"model": value[0], "fallback": value[1:]} if isinstance(value, list) and value else value


def _content(config: Config) -> bytes:
    try:
        return msgspec.json.encode(config, order="deterministic")
    except UnicodeEncodeError:
        # A variable of the environment that is not UTF-8.
        return repr(config).encode("utf-8", "backslashreplace")


def _digest(content: bytes) -> str:
    # Loads OpenSSL, which the commands that only look at a configuration's parts can do without.
    from hashlib import sha256

    return sha256(content).hexdigest()[:16]
