"""A person's terminal: a shell in tmux, where commands are typed and the screen is read as it is seen."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

TMUX = shutil.which("tmux")
needs_tmux = pytest.mark.skipif(TMUX is None, reason="tmux is not on the PATH; it is a package of every system")

PROMPT = "ready$"
SECONDS = 20.0


class Screen:
    """One window of tmux with a shell in it."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._socket = str(folder / "tmux")
        self._folder = folder
        (folder / "rc").write_text(f"PS1='{PROMPT} '\n")
        shell = f"bash --noprofile --rcfile {folder / 'rc'}"
        # The server passes the environment of its first client on.
        self._tmux("new-session", "-d", "-x", "110", "-y", "40", shell, env={"LANG": "C.UTF-8", **env})

    def press(self, *keys: str) -> None:
        """Press keys by their names, such as `C-c` and `Down`; other words are typed."""
        self._tmux("send-keys", *keys)

    def enter(self, text: str) -> None:
        """Type a text as it is, and press Enter."""
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def run(self, command: str) -> None:
        """Begin a command on a screen that is empty."""
        self.press("C-l")
        self.enter(command)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question at the end of the screen and answer it."""
        self.wait_until(lambda: self.lines()[-1].rstrip().endswith(question.rstrip()), question)
        self.enter(text)

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        self.wait_until(lambda: text in self.shown(), text)

    def wait_for_prompt(self) -> None:
        """Wait until the shell has the terminal again, at the beginning of a line."""
        self.wait_until(lambda: self.lines()[-1] == PROMPT, PROMPT)

    def wait_until(self, is_true: Callable[[], bool], what: str) -> None:
        """Wait until something is true; fail with the screen if it isn't in time."""
        deadline = time.monotonic() + SECONDS
        while not is_true():
            assert time.monotonic() < deadline, f"{what!r} did not come:\n{self.shown()}"
            time.sleep(0.05)

    def shown(self) -> str:
        """Return what the screen shows."""
        return self._tmux("capture-pane", "-p")

    def lines(self) -> list[str]:
        """Return the lines of the screen down to the last that isn't empty."""
        return [line.rstrip() for line in self.shown().rstrip("\n").split("\n")] or [""]

    def settings(self) -> str:
        """Return how the terminal is set, as the shell's next command finds it."""
        path = self._folder / "stty"
        path.unlink(missing_ok=True)
        self.enter(f"stty -a > {path}; echo done > {path}.done")
        done = Path(f"{path}.done")
        self.wait_until(done.exists, "stty")
        done.unlink()
        return path.read_text()

    def close(self) -> None:
        """End the shell and all that runs in it."""
        self._tmux("kill-server", check=False)

    def _tmux(self, *words: str, env: Mapping[str, str] | None = None, check: bool = True) -> str:
        command = [str(TMUX), "-S", self._socket, "-f", os.devnull, *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=10, check=check)
        return done.stdout


@contextmanager
def screen(folder: Path, env: Mapping[str, str]) -> Iterator[Screen]:
    """Open a terminal whose shell has just this environment."""
    made = Screen(folder, env)
    try:
        made.wait_for_prompt()
        yield made
    finally:
        made.close()
