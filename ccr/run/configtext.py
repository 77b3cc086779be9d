"""A configuration file that a command changes: read once, changed as text, replaced only if nobody else did."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ccr.config.edit import Edited
from ccr.config.parse import Loaded, parse
from ccr.config.schema import Config, Json
from ccr.errors import ConfigError
from ccr.store import configfile
from ccr.store.secret import References

Change = Callable[[str, Json], Edited]
"""Makes the new text from the old one and the JSON that it holds."""


class ConfigText:
    """The text of a file. Raises ConfigError if it is there and can't be used."""

    def __init__(self, path: Path, env: Mapping[str, str]) -> None:
        self.path = path
        self._env = References(configfile.with_dotenv(path, env))
        self._seen = configfile.revision(path)
        try:
            self._text = path.read_bytes().decode("utf-8") if self._seen else "{}\n"
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} is not UTF-8 text; save it as UTF-8 first") from error
        self._loaded = parse(self._text, self._env)
        self._loaded.require(path)

    @property
    def loaded(self) -> Loaded:
        """What the text holds now."""
        return self._loaded

    @property
    def config(self) -> Config:
        """The typed configuration of the text."""
        return self._loaded.require()

    def change(self, change: Change) -> bool:
        """Make a change and save it; return whether comments were lost, which only the backup has then.

        Raises ConfigError if the file was changed meanwhile, or the change makes it unusable; then nothing is written.
        """
        edited = change(self._text, self._loaded.raw)
        configfile.save(self.path, edited.text, env=self._env, seen=self._seen)
        self._text, self._seen = edited.text, configfile.revision(self.path)
        self._loaded = parse(self._text, self._env)
        return edited.is_rewritten
