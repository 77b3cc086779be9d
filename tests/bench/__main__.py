"""Measures the router, a bare relay of bytes, and on request other versions of the original, on the same work.

    python -m tests.bench [--rounds 3] [--only small,paced] [--peers 1.0.73,2.0.0] [--workers 2]

Every round goes through all of them in turn, so that a busy machine is busy for all; the table has the medians.
The originals come from npm. CPU is that of the whole process tree, per request; memory is that after the work.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench import rig
from tests.bench.body import body

PACKAGE = "@musistudio/claude-code-router"


class Work(NamedTuple):
    """What the clients ask for: `answer` is chunks and the milliseconds between them."""

    answer: str
    clients: int = 1
    repeats: int = 1
    turns: int = 0
    tools: int = 0
    system: int = 0
    grows: bool = False
    """One conversation, from its first turn to its last."""


WORK = {
    "small": Work("50x0", repeats=100),
    "small16": Work("50x0", clients=16, repeats=20),
    "real": Work("50x0", repeats=30, turns=25, tools=18, system=2500),
    "huge": Work("10x0", repeats=6, turns=300, tools=25, system=2500),
    "session": Work("20x0", turns=40, tools=18, system=2500, grows=True),
    "burst": Work("2000x0", clients=8, repeats=3),
    "paced": Work("200x5", clients=16, repeats=2),
    "streams10": Work("10x500", clients=10),
    "streams100": Work("10x500", clients=100),
    "streams1000": Work("10x500", clients=1000),
}
RELAYED = ("small", "paced")
"""What is also measured through the bare relay: the rest of the work is not a relay's."""


class Figure(NamedTuple):
    """What one round of some work gave: milliseconds for each request, megabytes, requests a second."""

    first: float
    cpu: float
    memory: float
    rate: float


def main() -> None:
    """Measure, and print a table for each kind of work."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rig.build(folder)
        files = {name: _write(folder, name, WORK[name]) for name in given.only.split(",")}
        with rig.program(folder / "upstream") as upstream:
            found = _rounds(given, folder, files, upstream=upstream.port)
    _show(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(WORK))
    parser.add_argument("--peers", default="", help="versions of the original, separated by commas")
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def _write(folder: Path, name: str, work: Work) -> list[Path]:
    """Write the requests of some work, one for each turn of a conversation that grows."""
    files = []
    for turns in range(1, work.turns + 1) if work.grows else [work.turns]:
        files.append(folder / f"{name}-{turns}.json")
        files[-1].write_bytes(body(f"up,m/{work.answer}", turns=turns, tools=work.tools, system=work.system))
    return files


Found = dict[tuple[str, str], list[Figure]]


def _rounds(given: argparse.Namespace, folder: Path, files: dict[str, list[Path]], *, upstream: int) -> Found:
    commands = {"ccr": f"{sys.executable} -P -m ccr start --foreground"}
    commands |= {version: _install(folder, version) for version in filter(None, given.peers.split(","))}
    models = sorted({f"m/{work.answer}" for work in WORK.values()})
    settings = {"workers": given.workers} if given.workers > 1 else {}
    found: Found = {}
    for _ in range(given.rounds):
        for name, command in commands.items():
            own = settings if name == "ccr" else {}
            with rig.router(command, folder / name, upstream, models=models, settings=own) as server:
                found.setdefault(("start", name), []).append(
                    Figure(server.started_ms, server.cpu_ms(), server.rss_mb(), 0)
                )
                for work, bodies in files.items():
                    found.setdefault((work, name), []).append(_measure(folder, server, bodies, WORK[work]))
        with rig.program(folder / "relay", upstream) as server:
            for work in filter(files.__contains__, RELAYED):
                found.setdefault((work, "relay"), []).append(_measure(folder, server, files[work], WORK[work]))
    return found


def _install(folder: Path, version: str) -> str:
    place = folder / f"npm-{version}"
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place), f"{PACKAGE}@{version}"]
    subprocess.run(npm, check=True, timeout=300)
    return f"node {place}/node_modules/{PACKAGE}/dist/cli.js start"


def _measure(folder: Path, server: rig.Server, files: list[Path], work: Work) -> Figure:
    if not work.grows:
        rig.load(folder, server.port, files[0], clients=1, repeats=2)
    before = server.cpu_ms()
    shots = [rig.load(folder, server.port, file, clients=work.clients, repeats=work.repeats) for file in files]
    spent = (server.cpu_ms() - before) / (work.clients * work.repeats * len(files))
    return Figure(median(s.first for s in shots), spent, server.rss_mb(), median(s.rate for s in shots))


def _show(found: Found) -> None:
    print(f"{'work':<12} {'by':<8} {'first ms':>9} {'CPU ms':>9} {'MB':>7} {'req/s':>8}")
    for (work, name), figures in sorted(found.items(), key=lambda item: list(found).index(item[0])):
        first, cpu, memory, rate = (median(values) for values in zip(*figures, strict=True))
        print(f"{work:<12} {name:<8} {first:9.2f} {cpu:9.3f} {memory:7.1f} {rate:8.1f}")


if __name__ == "__main__":
    main()
