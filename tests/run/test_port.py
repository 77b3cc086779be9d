import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ccr.errors import CommandError
from ccr.run.port import Holder, bind, find_holder, refusal

LISTEN = (
    "import socket,sys;s=socket.create_server(('127.0.0.1',0));print(s.getsockname()[1],flush=True);sys.stdin.read()"
)


def test_bind_takes_connections_at_once() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname(), timeout=1):
        assert listener.getsockname()[1] > 0


def test_bind_understands_names_and_ipv6() -> None:
    for host in ("localhost", "::1"):
        with bind(host, 0) as listener:
            assert listener.getsockname()[0] in ("127.0.0.1", "::1")


def test_taken_port_is_refused_with_the_holder() -> None:
    with subprocess.Popen([sys.executable, "-c", LISTEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        with pytest.raises(CommandError, match=rf"{port} is taken by .*\(pid {other.pid}\)") as caught:
            bind("127.0.0.1", port)
        other.kill()
    assert caught.value.code == 1


def test_wrong_address_is_refused() -> None:
    with pytest.raises(CommandError, match="HOST"):
        bind("192.0.2.77", 0)


def test_reserved_port_is_told() -> None:
    assert "reserves" in refusal("127.0.0.1", 80, PermissionError(13, "Permission denied"))


def test_holder_is_found_on_both_families() -> None:
    for host in ("127.0.0.1", "::1"):
        with bind(host, 0) as listener:
            found = find_holder(listener.getsockname()[1])
            assert found is not None
            assert found.pid == os.getpid()


def test_holder_of_a_free_port_is_nobody(free_port: int) -> None:
    assert find_holder(free_port) is None


def test_holder_is_unknown_without_proc(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as listener:
        assert find_holder(listener.getsockname()[1], proc=tmp_path) is None


def test_process_that_may_not_be_looked_into_is_passed_over(tmp_path: Path) -> None:
    row = (
        "   0: 0100007F:0D80 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 77 1 0 100 0 0 10 0"
    )
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(f"  sl  local_address rem_address   st\n{row}\n")
    (tmp_path / "1").mkdir()
    (tmp_path / "2" / "fd").mkdir(parents=True)
    (tmp_path / "2" / "fd" / "0").write_text("not a link")
    (tmp_path / "2" / "fd" / "3").symlink_to("socket:[77]")
    (tmp_path / "2" / "comm").write_text("nginx\n")
    assert find_holder(0x0D80, proc=tmp_path) == Holder(2, "nginx")
