"""Where the one file begins, and the unpacked program `quick`: answers what is quick, else hands over to the whole ccr.

Which commands are quick is decided by what the program holds: it lacks most of ccr, and who needs that gets it all.
"""

from restore import restore

restore()
try:
    from ccr.__main__ import leave, main

    try:
        main()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 1)
except ModuleNotFoundError:
    import unpack

    unpack.hand_over()
