"""Where the one file begins, and the unpacked program `quick`: answers what is quick, else hands over to the whole ccr.

A runtime hook, as PyInstaller's own hooks take longer than these commands. Which commands are quick is decided by what
the program holds: its packages lack the command line, and who needs it gets the whole ccr.
"""

import sys

try:
    from ccr.__main__ import leave, main

    try:
        main()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 1)
except ModuleNotFoundError:
    import unpack

    unpack.hand_over()
