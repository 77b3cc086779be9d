"""What the status line needs of the configuration, read in a millisecond: never the typed configuration."""

import os

from ccr.status.value import Json, member, text
from ccr.store.jsonfile import read_json

FOLDER = ".claude-code-router"


class Setup:
    """The `StatusLine` section, `Router.default`, where the router is, and where relative scripts lie."""

    __slots__ = ("base_url", "default", "folder", "section", "token")

    def __init__(self, *, section: Json, default: str, base_url: str, token: str, folder: str) -> None:
        self.section = section
        self.default = default
        self.base_url = base_url
        self.token = token
        self.folder = folder


def read_setup(env: dict[str, str], *, config: str | None, preset: str, project: str) -> Setup:
    """Return what the files say; a file that can't be read says nothing.

    `project` is the folder of the session, whose own configuration may name another default. Claude Code hands its
    environment down, so that the router is asked which it talks to.
    """
    home = env.get("CCR_HOME") or os.path.join(_user(env), FOLDER)  # noqa: PTH118 - pathlib is slow to import
    path = config or os.path.join(home, "config.json")  # noqa: PTH118
    whole = read_json(path)
    folder, section = os.path.dirname(os.path.abspath(path)), whole.get("StatusLine")  # noqa: PTH100, PTH120
    if config and not section:
        # A preset or profile without a look of its own has the usual one.
        folder, section = home, read_json(os.path.join(home, "config.json")).get("StatusLine")  # noqa: PTH118
    if preset and os.path.basename(preset) == preset:  # noqa: PTH119
        of_preset = os.path.join(home, "presets", preset)  # noqa: PTH118
        given = read_json(os.path.join(of_preset, "manifest.json")).get("StatusLine")  # noqa: PTH118
        if given:
            folder, section = of_preset, given
    local = read_json(os.path.join(project, FOLDER, "config.json")) if project else {}  # noqa: PTH118
    base_url = env.get("ANTHROPIC_BASE_URL", "")
    return Setup(
        section=section if isinstance(section, dict) else {},
        default=text(local, "Router", "default") or text(whole, "Router", "default"),
        base_url=base_url or _base_url(whole, env),
        token=env.get("ANTHROPIC_AUTH_TOKEN", "") if base_url else _filled(text(whole, "APIKEY"), env),
        folder=folder,
    )


def _base_url(whole: Json, env: dict[str, str]) -> str:
    port = env.get("SERVICE_PORT") or _filled(str(member(whole, "PORT") or 3456), env)
    host = _filled(text(whole, "HOST"), env)
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _filled(value: str, env: dict[str, str]) -> str:
    """Return the variable's value if the text is `$NAME` or `${NAME}`, else the text."""
    return env.get(value[1:].strip("{}"), "") if value.startswith("$") else value


def _user(env: dict[str, str]) -> str:
    return env.get("USERPROFILE" if os.name == "nt" else "HOME") or os.path.expanduser("~")  # noqa: PTH111
