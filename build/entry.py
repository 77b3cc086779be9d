"""Where the whole program begins."""

from leftover import sweep
from restore import restore

from ccr.__main__ import main

if __name__ == "__main__":
    restore()
    sweep()
    main()
