"""Finds the routes of a project or a session in the files where users put them. Blocks; run it in a thread.

Later ones go over earlier ones:
    <working directory>/.claude-code-router/config.json     the repository's own
    ~/.claude/projects/<project>/claude-code-router.json    where the original's documents have it
    ~/.claude-code-router/<project>/config.json             where its code looks
    ~/.claude-code-router/<project>/<session>.json
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ccr.config.problem import Report
from ccr.config.syntax import document
from ccr.route.override import Layer
from ccr.route.place import project_name
from ccr.store.paths import FOLDER

LIMIT = 1024 * 1024
"""Bytes of a file that is read."""


class Places(Struct, frozen=True):
    """Where to look: ccr's folder and Claude Code's."""

    home: Path
    claude: Path

    def layers(self, session: str, folder: str) -> tuple[tuple[Layer, ...], tuple[str, ...]]:
        """Return the layers for a session and its working directory (each may be unknown), and what is wrong."""
        layers, problems = [], []
        for path in self._files(session, folder):
            found = read(path)
            if isinstance(found, Layer):
                layers.append(replace(found, is_trusted=not self._is_repositorys(path)))
            elif found:
                problems.append(found)
        return tuple(layers), tuple(problems)

    def profile(self, name: str) -> Layer | str:
        """Return the routes of `profiles/NAME.json`, or what is wrong with it."""
        is_name = name.replace("-", "").replace("_", "").replace(".", "").isalnum() and not name.startswith(".")
        path = self.home / "profiles" / f"{name}.json"
        return (read(path) if is_name else "") or f"there is no profile {name!r}: add {path}, or `profiles` to config"

    def _files(self, session: str, folder: str) -> Iterator[Path]:
        repository = Path(folder) if folder else None
        if repository is not None and repository.is_absolute():
            own = repository / FOLDER / "config.json"
            # In the home folder this is the configuration itself.
            if own.parent != self.home:
                yield own
        project = project_name(folder) if folder else self._project_of(session)
        if project:
            yield self.claude / "projects" / project / "claude-code-router.json"
            yield self.home / project / "config.json"
            if session:
                yield self.home / project / f"{session}.json"

    def _is_repositorys(self, path: Path) -> bool:
        return self.home not in path.parents and self.claude not in path.parents

    def _project_of(self, session: str) -> str:
        """Return the project whose transcripts have the session's."""
        try:
            found = next((self.claude / "projects").glob(f"*/{session}.jsonl"), None) if session else None
        except OSError:
            return ""
        return found.parent.name if found else ""


def read(path: Path) -> Layer | str:
    """Return the `Router` of a file; an empty string if there is none, else what is wrong with it."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        return f"{path}: can't be read: {error.strerror}"
    if len(content) > LIMIT:
        return f"{path}: is larger than {LIMIT // 1024 // 1024} MB"
    report = Report()
    value = document(content.decode("utf-8", "replace"), report)
    if value is None:
        return f"{path}: " + "; ".join(map(str, report.problems))
    router = value.get("Router")
    if router is None:
        return ""
    return Layer(str(path), router) if isinstance(router, dict) else f"{path}: Router must be an object of routes"
