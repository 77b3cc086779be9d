"""What people write to name a preset that is to be installed: a folder, a file, an address, or a GitHub repository."""

import re
from typing import Literal

import msgspec

_GITHUB = re.compile(
    r"(?:(?:https?://)?(?:www\.)?github\.com/|git@github\.com:|ssh://git@github\.com/)?"
    r"(?P<owner>[\w-]+)/(?P<repo>[\w.-]+?)(?:\.git)?/?(?:(?:@|/tree/)(?P<ref>[\w./-]+?))?/?",
)
_DIGEST = re.compile(r"#sha256[=:](?P<digest>[0-9a-fA-F]{64})$")


class Origin(msgspec.Struct, frozen=True):
    """Where to get it. `place` is a path or an address, `digest` a SHA-256 in hexadecimal or empty."""

    kind: Literal["path", "url"]
    place: str
    name: str
    """What to call the preset unless it says itself."""
    digest: str = ""


def read_origin(text: str) -> Origin:
    """Return where a preset is to come from. What is neither an address nor a repository is taken for a path."""
    text = text.strip()
    found = _DIGEST.search(text)
    digest = found["digest"].lower() if found else ""
    place = text[: found.start()] if found else text
    repository = _GITHUB.fullmatch(place)
    if repository and not place.startswith((".", "~")):
        owner, repo = repository["owner"], repository["repo"]
        ref = repository["ref"] or "HEAD"
        return Origin("url", f"https://github.com/{owner}/{repo}/archive/{ref}.zip", repo, digest)
    if re.match(r"https?://", place):
        return Origin("url", place, _stem(place.partition("?")[0]), digest)
    return Origin("path", place, _stem(place), digest)


def _stem(place: str) -> str:
    last = place.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return re.sub(r"(\.ccrsets|\.zip|\.tar\.gz|\.tgz|\.tar)$", "", last, flags=re.IGNORECASE)
