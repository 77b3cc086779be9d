import sys

from tests.process import run

PROGRAM = """
import sys
import ccr.run.host
unused = {"h2", "wsproto", "hypercorn.logging", "multiprocessing", "hypercorn.protocol.h2"}
print(sorted(unused & set(sys.modules)))
from hypercorn.protocol.h2 import H2Protocol
from hypercorn.logging import Logger
from multiprocessing.synchronize import Event
print(H2Protocol.__name__, Logger.__name__, Event.__name__)
"""


def test_what_is_left_out_is_there_for_others() -> None:
    done = run([sys.executable, "-c", PROGRAM])
    assert (done.stdout, done.stderr) == ("[]\nH2Protocol Logger Event\n", "")
