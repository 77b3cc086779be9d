"""What all checks look at."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ccr.config.parse import Loaded
from ccr.config.schema import Config
from ccr.run.service import Site
from ccr.store.paths import Home


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """One user's set-up: the environment, the configuration as it was read, and where the service is to be."""

    env: Mapping[str, str]
    home: Home
    path: Path
    loaded: Loaded
    site: Site

    @property
    def config(self) -> Config:
        """The configuration, or an empty one if it can't be used."""
        return self.loaded.config or Config()

    @property
    def user(self) -> Path:
        """The user's home directory."""
        return Path(self.env.get("HOME") or self.env.get("USERPROFILE") or Path.home())
