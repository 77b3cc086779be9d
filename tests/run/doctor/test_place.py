import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from ccr.run.doctor import place
from ccr.store import configfile
from tests.run.doctor.patients import PROVIDER, patient, told


def test_good_configuration_is_counted(tmp_path: Path) -> None:
    assert told(list(place.configuration(patient(tmp_path))), "ok", "1 provider, 1 model")


def test_problems_are_findings(tmp_path: Path) -> None:
    assert told(list(place.configuration(patient(tmp_path, PORT="x"))), "fail", "PORT")
    assert told(list(place.configuration(patient(tmp_path, Router={"default": "q,m"}))), "warn", "Router.default")


def test_missing_file_fails(tmp_path: Path) -> None:
    someone = patient(tmp_path)
    someone.path.unlink()
    without = replace(someone, loaded=configfile.read(someone.path, {}))
    assert told(list(place.configuration(without)), "fail", "there is no file")


def test_environment_can_do_without_a_file(tmp_path: Path) -> None:
    someone = patient(tmp_path)
    someone.path.unlink()
    (tmp_path / someone.path.with_name(".env")).write_text("OPENAI_API_KEY=k\nOPENAI_MODEL=m\n")
    without = replace(someone, loaded=configfile.read(someone.path, {}))
    assert told(list(place.configuration(without)), "ok", "the environment alone gives 1 provider")


def test_file_that_others_may_read_is_told(tmp_path: Path) -> None:
    someone = patient(tmp_path)
    someone.path.chmod(0o644)
    assert told(list(place.configuration(someone)), "warn", "others on this machine")


def test_port_of_another_program_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = list(place.service(patient(tmp_path, port=other.getsockname()[1])))
    assert told(found, "warn", "is held by")


def test_free_port_is_fine(tmp_path: Path, free_port: int) -> None:
    assert told(list(place.service(patient(tmp_path, port=free_port))), "ok", "does not run")


def test_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(list(place.disk(patient(tmp_path))), "ok", "MB free")
    monkeypatch.setattr(place, "SCARCE_BYTES", 1 << 60)
    assert told(list(place.disk(patient(tmp_path))), "warn", "MB free")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder_fails(tmp_path: Path) -> None:
    someone = patient(tmp_path)
    someone.home.root.chmod(0o500)
    found = list(place.disk(someone))
    someone.home.root.chmod(0o700)
    assert told(found, "fail", "can't be written")


def test_clock_before_the_release_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(list(place.clock(patient(tmp_path))), "ok", "UTC")
    monkeypatch.setattr(place, "RELEASED", datetime(9999, 1, 1, tzinfo=UTC))
    assert told(list(place.clock(patient(tmp_path))), "fail", "shows")


def test_system_is_named(tmp_path: Path) -> None:
    assert told(list(place.system(patient(tmp_path, Providers=[PROVIDER]))), "ok", "version")
