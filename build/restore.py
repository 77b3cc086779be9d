"""Gives a frozen program the environment back that it was started with.

PyInstaller's loader leads the system's loader to the bundled libraries. Any program that ccr or a user's plugin starts
would load them too, be it Claude Code, git, an editor or a password manager. Ours are found without the variable, which
the system's loader has read before us.
https://pyinstaller.org/en/stable/runtime-information.html#ld-library-path-libpath-considerations
"""

import os
import sys

BINARY = "CCR_BINARY"
"""Where `unpack` says which file starts ccr, if the program that runs goes away with this run."""


def restore() -> None:
    """Change the environment of this process, and `sys.executable` if that is not what starts ccr."""
    for name in list(os.environ):
        if name.startswith("_PYI_"):
            del os.environ[name]
    if sys.platform not in ("darwin", "win32"):
        original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        os.environ.pop("LD_LIBRARY_PATH", None)
        if original is not None:
            os.environ["LD_LIBRARY_PATH"] = original
    sys.executable = os.environ.pop(BINARY, "") or sys.executable
