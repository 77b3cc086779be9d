"""install.sh against a server on loopback: what it installs, what it says, and that a failure changes nothing."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import process
from tests.build import release
from tests.build.release import LATEST
from tests.source import ROOT

SCRIPT = ROOT / "build" / "install.sh"
TOOLS = ("cat", "chmod", "cp", "mkdir", "mktemp", "mv", "rm", "sed", "sh", "tar", "tr", "uname", "gzip", "ldd")
UNAME = '#!/bin/sh\ncase $1 in -s) echo "{}";; *) echo "{}";; esac\n'


class Machine:
    """A user's machine: a home, a PATH, and a server with a repository `owner/name`."""

    def __init__(self, root: Path, address: str) -> None:
        self.root = root
        self.files = root / "www"
        self.tools = root / "tools"
        self.folder = root / "home" / ".local" / "bin"
        self.program = self.folder / "ccr"
        self.env = {
            "HOME": str(root / "home"),
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "SHELL": "/bin/bash",
            "CCR_REPO": f"{address}/owner/name",
        }
        self.pretend("Linux", "x86_64")

    def pretend(self, system: str, machine: str) -> None:
        """Make `uname` say so."""
        self.tool("uname", UNAME.format(system, machine))

    def tool(self, name: str, text: str) -> None:
        """Put a program before all others on the PATH."""
        path = self.tools / name
        path.write_text(text)
        path.chmod(0o755)

    def install(self, shell: str = "sh", *, script: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
        """Run the script as a pipe from a download would."""
        command = ["env", "-i", *(f"{name}={value}" for name, value in {**self.env, **env}.items()), *shell.split()]
        return process.run(command, text=script or SCRIPT.read_text(), seconds=60)

    def refused(self, shell: str = "sh", **env: str) -> str:
        """Run the script, which must fail and leave all as it was; return what it said."""
        before = self.contents()
        done = self.install(shell, **env)
        assert done.returncode == 1
        assert self.contents() == before
        return done.stderr

    def contents(self) -> dict[str, bytes]:
        """Return what is in the folder that it installs into."""
        return {path.name: path.read_bytes() for path in self.folder.glob("*")} | {
            path.name: b"" for path in self.folder.glob(".*")
        }


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    for name in ("home", "www", "tools"):
        (tmp_path / name).mkdir()
    with release.serve(tmp_path / "www") as address:
        yield Machine(tmp_path, address)


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "busybox sh", "zsh"])
def test_install_puts_one_file_into_place(machine: Machine, shell: str) -> None:
    if not shutil.which(shell.split()[0]):
        pytest.skip(f"{shell} is not on the PATH")
    release.release(machine.files / LATEST)
    done = machine.install(shell)
    assert done.returncode == 0, done.stderr
    assert f"installed ccr 0.1.0 as {machine.program}\n" in done.stderr
    assert process.run([str(machine.program), "--version"]).stdout == "claude-code-router version: 0.1.0\n"
    assert list(machine.contents()) == ["ccr"]


@pytest.mark.parametrize("tool", ["curl", "wget"])
@pytest.mark.parametrize("checker", ["sha256sum", "openssl"])
def test_install_makes_do_with_either_tool(machine: Machine, tool: str, checker: str) -> None:
    release.release(machine.files / LATEST)
    for name in (*TOOLS, tool, checker):
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"{name} is not on the PATH")
        if not (machine.tools / name).exists():
            (machine.tools / name).symlink_to(found)
    assert machine.install(PATH=str(machine.tools)).returncode == 0
    assert machine.program.exists()


def test_install_says_that_a_tool_is_missing(machine: Machine) -> None:
    for name in TOOLS:
        if not (machine.tools / name).exists():
            (machine.tools / name).symlink_to(shutil.which(name) or "/nonexistent")
    assert "neither curl nor wget is there" in machine.refused(PATH=str(machine.tools))


def test_install_runs_on_busybox_alone(machine: Machine) -> None:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not on the PATH")
    (machine.tools / "uname").unlink()
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, timeout=10, check=True).stdout.split()
    for applet in applets:
        (machine.tools / applet).symlink_to(busybox)
    machine.tool("ldd", "#!/bin/sh\necho 'musl libc (x86_64)' >&2; exit 1\n")
    release.release(machine.files / LATEST, platform="linux-x64-musl")
    done = machine.install(PATH=str(machine.tools))
    assert done.returncode == 0, done.stderr
    assert machine.program.exists()


@pytest.mark.parametrize(
    ("system", "cpu", "platform", "program"),
    [
        ("Linux", "aarch64", "linux-arm64", "ccr"),
        ("Darwin", "arm64", "macos-arm64", "ccr"),
        ("Darwin", "x86_64", "macos-x64", "ccr"),
        ("MINGW64_NT-10.0-26100", "x86_64", "windows-x64", "ccr.exe"),
        ("MSYS_NT-10.0-26100-ARM64", "aarch64", "windows-x64", "ccr.exe"),
    ],
)
def test_install_takes_the_archive_of_the_platform(
    machine: Machine, system: str, cpu: str, platform: str, program: str
) -> None:
    if program == "ccr.exe" and not shutil.which("unzip"):
        pytest.skip("unzip is not on the PATH")
    machine.pretend(system, cpu)
    for one in ("linux-x64", platform):
        release.release(machine.files / LATEST, platform=one, version=f"0.1.0-{one}")
    done = machine.install()
    assert f"installed ccr 0.1.0-{platform} as {machine.folder / program}" in done.stderr


def test_install_sees_through_rosetta(machine: Machine) -> None:
    machine.pretend("Darwin", "x86_64")
    machine.tool("sysctl", "#!/bin/sh\necho 1\n")
    assert "ccr-macos-arm64.tar.gz" in machine.refused()


def test_install_takes_the_pinned_version(machine: Machine) -> None:
    release.release(machine.files / LATEST, version="0.2.0")
    release.release(machine.files / "owner/name/releases/download/v0.1.0", version="0.1.0")
    for version in ("0.1.0", "v0.1.0"):
        assert "ccr 0.1.0" in machine.install(CCR_VERSION=version).stderr
    assert "v0.3.0/SHA256SUMS is not there; is there such a release?" in machine.refused(CCR_VERSION="0.3.0")


def test_install_takes_a_mirror(machine: Machine) -> None:
    release.release(machine.root / "mirror")
    assert machine.install(CCR_RELEASE_URL=f"file://{machine.root}/mirror/", CCR_REPO="").returncode == 0
    assert "is not there" in machine.refused(CCR_RELEASE_URL="file:///nonexistent")


def test_install_again_brings_up_to_date(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    machine.install()
    assert f"installed ccr 0.1.0 again as {machine.program}" in machine.install().stderr
    (machine.files / LATEST / "SHA256SUMS").unlink()
    text = release.PROGRAM.format(version="0.2.0") + "[ $1 = status ] || exit 0\n"
    release.release(machine.files / LATEST, program=text)
    done = machine.install()
    assert f"ccr 0.1.0 became 0.2.0: {machine.program}" in done.stderr
    assert "the service still runs as 0.1.0; 'ccr restart' changes that" in done.stderr


def test_install_refuses_a_wrong_checksum(machine: Machine) -> None:
    archive = release.release(machine.files / LATEST)
    machine.install()
    archive.write_bytes(archive.read_bytes() + b"x")
    assert "the checksum of ccr-linux-x64.tar.gz is wrong" in machine.refused()


@pytest.mark.parametrize("tool", ["curl", "wget"])
def test_install_refuses_half_a_download(machine: Machine, tool: str) -> None:
    archive = release.release(machine.files / LATEST)
    archive.with_name(f"{archive.name}.short").touch()
    if tool == "wget":
        for name in (*TOOLS, "sha256sum", "wget"):
            if not (machine.tools / name).exists():
                (machine.tools / name).symlink_to(shutil.which(name) or pytest.skip(f"{name} is not on the PATH"))
        # GNU wget would try twenty times.
        (machine.root / "home" / ".wgetrc").write_text("tries = 1\n")
    path = str(machine.tools) if tool == "wget" else machine.env["PATH"]
    assert "can't download" in machine.refused(PATH=path)


def test_install_says_that_nobody_answers(machine: Machine) -> None:
    said = machine.refused(CCR_REPO="http://127.0.0.1:1/owner/name")
    assert "can't download http://127.0.0.1:1/owner/name/releases/latest/download/SHA256SUMS" in said
    assert "is the network there?" in said


def test_install_says_what_a_release_is_for(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    release.release(machine.files / LATEST, platform="windows-x64")
    machine.pretend("Linux", "riscv64")
    assert "no executable for linux-riscv64, only for: linux-x64 windows-x64" in machine.refused()
    machine.pretend("SunOS", "sun4u")
    assert "there is no executable for SunOS" in machine.refused()


def test_install_asks_whose_releases_to_take(machine: Machine) -> None:
    assert "CCR_REPO=OWNER/REPO" in machine.refused(CCR_REPO="")


def test_install_needs_a_folder_that_it_can_write_to(machine: Machine) -> None:
    (machine.root / "file").touch()
    assert "choose another one: CCR_BIN=FOLDER" in machine.refused(CCR_BIN=f"{machine.root}/file/bin")
    assert "HOME is not set" in machine.refused(HOME="")


def test_install_keeps_the_old_one_where_the_new_one_does_not_run(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    machine.install()
    (machine.files / LATEST / "SHA256SUMS").unlink()
    release.release(machine.files / LATEST, program="#!/bin/sh\necho 'GLIBC_2.35 not found' >&2; exit 1\n")
    said = machine.refused()
    assert "GLIBC_2.35 not found" in said
    assert "the executable for linux-x64 doesn't run on this machine" in said


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("/usr/bin/fish", "    fish_add_path {}\n"),
        ("/bin/zsh", "    echo 'export PATH=\"{}:$PATH\"' >> ~/.zshrc\n"),
        ("/bin/bash", "    echo 'export PATH=\"{}:$PATH\"' >> ~/.bashrc\n"),
        ("", "    echo 'export PATH=\"{}:$PATH\"' >> ~/.profile\n"),
    ],
)
def test_install_tells_the_line_for_the_path(machine: Machine, shell: str, line: str) -> None:
    release.release(machine.files / LATEST)
    assert line.format(machine.folder) in machine.install(SHELL=shell).stderr
    on_path = machine.install(SHELL=shell, PATH=f"{machine.folder}:{machine.env['PATH']}").stderr
    assert "PATH" not in on_path


def test_line_for_the_path_works(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    said = machine.install().stderr
    line = next(line for line in said.splitlines() if "export PATH" in line)
    subprocess.run(["bash", "-c", line], env=machine.env, check=True, timeout=10)
    found = process.run(["env", "-i", *(f"{k}={v}" for k, v in machine.env.items()), "bash", "-ic", "command -v ccr"])
    assert found.stdout.strip() == str(machine.program)


def test_install_warns_of_another_ccr_on_the_path(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    machine.tool("ccr", "#!/bin/sh\n")
    assert f"beware: {machine.tools}/ccr comes first on the PATH" in machine.install().stderr


def test_script_cut_off_in_a_download_does_nothing(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    text = SCRIPT.read_text()
    for share in (0.3, 0.6, 0.9):
        machine.install(script=text[: int(len(text) * share)])
    machine.install(script=text[: text.rindex("main")])
    assert not machine.folder.exists()


def test_script_of_a_release_knows_its_repository(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    lines = (ROOT / ".github" / "workflows" / "release.yml").read_text().splitlines()
    stamp = next(line.strip() for line in lines if "install.sh" in line and "sed" in line)
    (machine.root / "build").mkdir()
    (machine.root / "dist").mkdir()
    shutil.copy(SCRIPT, machine.root / "build")
    server = machine.env["CCR_REPO"].removesuffix("/owner/name")
    subprocess.run(
        ["bash", "-euc", f'cd "$1"; {stamp}', "-", str(machine.root)],
        env={**machine.env, "GITHUB_SERVER_URL": server, "GITHUB_REPOSITORY": "owner/name"},
        check=True,
        timeout=10,
    )
    script = (machine.root / "dist" / "install.sh").read_text()
    assert machine.install(script=script, CCR_REPO="").returncode == 0


@pytest.mark.parametrize("path", sorted((ROOT / "build").rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_have_no_known_slips(path: Path) -> None:
    done = process.run([str(Path(sys.executable).with_name("shellcheck")), str(path)])
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


def test_help_names_every_variable() -> None:
    said = process.run(["sh", str(SCRIPT), "--help"]).stdout
    assert all(name in said for name in ("CCR_REPO", "CCR_VERSION", "CCR_BIN", "CCR_RELEASE_URL"))
    assert "set -eu" not in said


def test_line_of_the_readme_installs(machine: Machine) -> None:
    release.release(machine.files / LATEST)
    address = machine.env["CCR_REPO"]
    text = SCRIPT.read_text().replace("repository=''", f"repository='{address}'")
    (machine.files / LATEST / "install.sh").write_text(text)
    lines = (ROOT / "README.md").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("curl ")]
    done = machine.install(script=line.replace("https://github.com/OWNER/REPO", address), CCR_REPO="")
    assert done.returncode == 0, done.stderr
    assert machine.program.exists()
