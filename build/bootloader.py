"""Makes PyInstaller's bootloader with our hand-over in it: python build/bootloader.py REQUIREMENTS

Run it with the Python of the environment that PyInstaller is installed in; the bootloader there is replaced. Its source
comes from the release that REQUIREMENTS pins, with its hash checked. Without a C compiler, and on other systems than
Linux, it stays as it is: the binary works all the same, only its quick commands take longer.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import PyInstaller

HERE = Path(__file__).resolve().parent
BEGIN = "    global_pyi_ctx->argc = argc;\n    global_pyi_ctx->argv = argv;\n"
INSTALL = "        signal(signum, signal_handler);\n"
CALLS = {
    "main.c": (BEGIN, f"    extern void ccr_handover(int, char **);\n    ccr_handover(argc, argv);\n{BEGIN}"),
    "pyi_utils_posix.c": (
        INSTALL,
        "        extern void ccr_forward(int, void (*)(int));\n        ccr_forward(signum, signal_handler);\n",
    ),
}
"""By PyInstaller's files: what to look for, once, and what comes in its place and calls our functions."""


def main(arguments: Sequence[str]) -> int:
    """Build and install the bootloader, or say why not; return the exit code."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    reason = missing()
    if reason:
        print(f"the bootloader stays PyInstaller's own: {reason}")
        return 0
    with tempfile.TemporaryDirectory(prefix="ccr-bootloader-") as scratch:
        source = fetch(Path(arguments[0]), Path(scratch))
        change(source)
        install(compile_in(source))
    return 0


def missing() -> str:
    """Return why there can be no bootloader of our own; empty if there can."""
    if sys.platform != "linux":
        return "the hand-over is written for Linux"
    compiler = os.environ.get("CC", "cc").split()[0]
    return "" if shutil.which(compiler) else f"there is no C compiler ({compiler})"


def fetch(requirements: Path, folder: Path) -> Path:
    """Download PyInstaller's source release and unpack it; return its folder."""
    pin = re.search(r"^pyinstaller==(?:.*\\\n)*.*", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    if pin is None:
        raise SystemExit(f"{requirements} doesn't pin pyinstaller")
    only = folder / "requirements.txt"
    only.write_text(pin[0], encoding="utf-8")
    options = ["--quiet", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    # Without isolation nothing that isn't pinned is fetched: hatchling, which reads the metadata, is installed.
    source = ["--no-build-isolation", "--no-binary", "pyinstaller", "--dest", folder, "--requirement", only]
    run([sys.executable, "-m", "pip", "download", *options, *source])
    [archive] = folder.glob("pyinstaller-*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz") / "bootloader"


def change(source: Path) -> None:
    """Add the hand-over to the source, and the calls of its functions."""
    shutil.copy(HERE / "handover.c", source / "src")
    for name, (line, call) in CALLS.items():
        path = source / "src" / name
        text = path.read_text(encoding="utf-8")
        if text.count(line) != 1:
            raise SystemExit(f"PyInstaller's {name} has changed; adapt build/bootloader.py to it")
        path.write_text(text.replace(line, call), encoding="utf-8")


def compile_in(source: Path) -> Path:
    """Compile the source; return the bootloader."""
    # Where it was compiled must not be in it. waf reads CFLAGS.
    flags = f"{os.environ.get('CFLAGS', '')} -ffile-prefix-map={source}=."
    run([sys.executable, "waf", "configure", "build_release"], folder=source, env={"CFLAGS": flags.strip()})
    return source / "build" / "release" / "run"


def install(bootloader: Path) -> None:
    """Put the bootloader in the place of the one that PyInstaller came with."""
    folder = Path(PyInstaller.HOMEPATH) / "PyInstaller" / "bootloader" / PyInstaller.PLATFORM
    target = folder / "run"
    # Not written into: installers may link the same file into several environments.
    target.unlink(missing_ok=True)
    shutil.copy(bootloader, target)
    target.chmod(0o755)
    print(f"the bootloader hands over: {target.stat().st_size} bytes, for {sysconfig.get_platform()}")


def run(command: Sequence[str | Path], *, folder: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run a command; if it fails, show what it printed and end."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=240, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}\nfailed: {' '.join(map(str, command))}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
