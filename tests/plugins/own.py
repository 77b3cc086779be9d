"""Files with a user's own code, and what a router does with them, for the tests of plugins."""

import io
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from tests import live
from tests.chat import delta, sse, usage

NODE = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")

ANSWER = sse([delta(content="Hello"), delta(finish="stop"), usage()])


class Home:
    """A user's folder with their files."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / ".claude-code-router"
        (self.root / "plugins").mkdir(parents=True)
        self.env = {"HOME": str(folder), "PATH": os.environ["PATH"]}

    def write(self, name: str, text: str) -> str:
        """Write a file and return its path."""
        path = self.root / name
        path.write_text(text, encoding="utf-8")
        return str(path)


class Kept:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def event(self, level: str, text: str) -> None:
        self.lines.append(f"{level} {text}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Running:
    """A router with the user's files in force."""

    def __init__(self, inner: live.Live, echo: io.StringIO) -> None:
        self.inner = inner
        self._echo = echo

    async def ask(self, text: str = "hi", **changes: Any) -> Any:
        """Send a message and return the answer, an httpx response."""
        body = {"model": "claude-x", "max_tokens": 50, "messages": [{"role": "user", "content": text}], **changes}
        with trio.fail_after(25):
            return await self.inner.post(body)

    @property
    def seen(self) -> list[live.Seen]:
        return self.inner.seen

    async def log(self) -> str:
        """Return the log so far."""
        await trio.to_thread.run_sync(self.inner.state.log.close)  # type: ignore[attr-defined]
        return self._echo.getvalue()


@asynccontextmanager
async def running(
    home: Home, *, script: live.Script | None = None, env: dict[str, str] | None = None, **changes: Any
) -> AsyncIterator[Running]:
    """Run a router for a provider `up` with the models `m` and `n`, with changes of its configuration."""
    echo = io.StringIO()
    make: Callable[[str], dict[str, Any]] = lambda url: live.config(  # noqa: E731
        url, **{**changes, "provider": {"models": ["m", "n"], **changes.get("provider", {})}}
    )
    async with live.live(script or live.streaming(ANSWER), make=make, env=env or home.env, echo=echo) as inner:
        yield Running(inner, echo)
