"""Where ccr keeps its files: one folder, `~/.claude-code-router` or what `CCR_HOME` says."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccr.errors import ConfigError

FOLDER = ".claude-code-router"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder and what is in it. Nothing of it need exist."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def plugins(self) -> Path:
        return self.root / "plugins"

    @property
    def presets(self) -> Path:
        return self.root / "presets"

    @property
    def learnt(self) -> Path:
        """What providers have told of their models."""
        return self.root / "learnt.json"

    @property
    def run(self) -> Path:
        """What running services leave: locks and notes of who they are."""
        return self.root / "run"

    def create(self) -> None:
        """Make the folders that are missing, for nobody but their owner. Raises ConfigError if that can't be done."""
        for folder in (self.root, self.logs, self.plugins, self.presets, self.run):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigError(
                    f"can't create the folder {str(folder)!r}: {error.strerror}; "
                    "set CCR_HOME to a folder that you can write to"
                ) from error


def home(env: Mapping[str, str]) -> Home:
    """Return the folder that an environment asks for. Raises ConfigError if there is no home to put it in."""
    wanted = env.get("CCR_HOME")
    if not wanted:
        return Home(_user(env) / FOLDER)
    if wanted == "~" or wanted.startswith("~/"):
        return Home(_user(env) / wanted[2:])
    return Home(Path(wanted).absolute())


def _user(env: Mapping[str, str]) -> Path:
    found = env.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    if found:
        return Path(found).absolute()
    try:
        return Path.home()
    except RuntimeError as error:
        raise ConfigError("there is no home directory; set CCR_HOME to a folder that you can write to") from error
