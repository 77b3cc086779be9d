"""Who counts the tokens for a model: the usual encoding, another bundled one, or the model's own `tokenizer.json`.

A tokenizer that has to be fetched and read is got ready beside the requests; until then, and if that fails, the usual
one counts.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from ccr.config.tokenizer import Choice, choice
from ccr.errors import CcrError
from ccr.net.download import download
from ccr.store import atomic
from ccr.tokens import tokenizer_json
from ccr.tokens.counter import Counter
from ccr.tokens.encoding import Encoding
from ccr.tokens.tokenizer import Tokenizer, tokenizer
from ccr.upstream import Upstream

FOLDER = ".huggingface"
FILE = "tokenizer.json"
"""Where the original keeps these files, so that those it has fetched are found."""
BYTES = 64 * 1024 * 1024
"""The largest files of today have 35 MB."""
AGAIN_SECONDS = 600.0
"""After a failure nobody tries again for so long."""

Tell = Callable[[str, str], object]
"""Logs: a level, and words."""

_HUB = re.compile(r"https://huggingface\.co/(.+)/resolve/[^/]+/tokenizer\.json")


class Counters:
    """The counters, each made when it is first asked for. `usual` counts where nothing else is configured."""

    def __init__(self, usual: Counter, *, env: Mapping[str, str], folder: Path, tell: Tell) -> None:
        self.usual = usual
        self._env = env
        self._folder = folder
        self._tell = tell
        self._ready: dict[str, Counter] = {}
        self._tried: dict[str, float] = {}
        self._nursery: trio.Nursery | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Get tokenizers ready while the block runs."""
        async with trio.open_nursery() as self._nursery:
            yield
            self._nursery.cancel_scope.cancel()
        self._nursery = None

    def of(self, upstream: Upstream | None, *, proxy_url: str | None = None) -> Counter:
        """Return the counter for a model, at once: the usual one while its own is not ready."""
        wanted = choice(upstream.provider.tokenizer, upstream.model) if upstream else Choice()
        name = wanted.encoding if wanted.type == "tiktoken" else wanted.source if wanted.type == "huggingface" else ""
        if not name or upstream is None:
            return self.usual
        if name not in self._ready and trio.current_time() >= self._tried.get(name, 0.0):
            self._tried[name] = trio.current_time() + AGAIN_SECONDS
            self._begin(wanted, name, upstream, proxy_url)
        return self._ready.get(name, self.usual)

    def _begin(self, wanted: Choice, name: str, upstream: Upstream, proxy_url: str | None) -> None:
        whose = f"provider {upstream.provider.name!r}: the tokenizer {name!r}"
        try:
            if wanted.type == "tiktoken":
                self._ready[name] = Counter(tokenizer(name))
            elif self._nursery is not None:
                self._nursery.start_soon(partial(self._load, wanted, name, whose=whose, proxy_url=proxy_url))
        except CcrError as error:
            self._fail(whose, error)

    async def _load(self, wanted: Choice, name: str, *, whose: str, proxy_url: str | None) -> None:
        try:
            made = await self._made(wanted, name, proxy_url)
        except (CcrError, OSError) as error:
            self._fail(whose, error)
        else:
            self._ready[name] = Counter(made)

    def _fail(self, whose: str, error: Exception) -> None:
        self._tell("error", f"{whose} can't be used, so {self.usual.name} counts: {error}")

    async def _made(self, wanted: Choice, name: str, proxy_url: str | None) -> Tokenizer:
        path = self._path(wanted)
        is_there = bool(wanted.path) or await trio.to_thread.run_sync(path.exists)
        if is_there:
            data = await trio.to_thread.run_sync(_read, path, abandon_on_cancel=True)
        else:
            fetch = partial(download, proxy_url=proxy_url, env=self._env, limit=BYTES, token=wanted.api_key)
            data = await fetch(wanted.source)
        made = Encoding(name, read=partial(tokenizer_json.read, data))
        await trio.to_thread.run_sync(made.load, abandon_on_cancel=True)
        if not is_there:
            # Only now: a page of a proxy in its place must not stay for good.
            await trio.to_thread.run_sync(_keep, path, data)
        return made

    def _path(self, wanted: Choice) -> Path:
        if wanted.path:
            return self._folder / Path(wanted.path).expanduser()
        hub = _HUB.fullmatch(wanted.source)
        name = hub[1] if hub else wanted.source.partition("://")[2].partition("?")[0]
        return self._folder / FOLDER / re.sub(r"[^\w.-]|^\.+", "_", name) / FILE


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic.write(path, data)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(BYTES)
