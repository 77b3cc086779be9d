from pathlib import Path

from msgspec.structs import replace

from ccr.config.parse import parse
from ccr.config.schema import Config
from tests.run.doctor.patients import patient


def test_unusable_configuration_leaves_an_empty_one(tmp_path: Path) -> None:
    found = patient(tmp_path)
    assert found.config.providers
    assert replace(found, loaded=parse("{", {})).config == Config()
    assert found.user == tmp_path
