"""Runs before PyInstaller's own hooks, which take longer than the commands that are wanted all the time; for Windows.

What these print and do is `ccr.__main__`'s business; here is only decided that nothing else is needed for them.
"""

import sys

QUICK = ("-v", "--version", "version", "statusline")

if sys.argv[1:] and sys.argv[1] in QUICK:
    from ccr.__main__ import leave, main

    try:
        main()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 1)
