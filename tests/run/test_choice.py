from pathlib import Path

import pytest

from ccr.config.schema import Config
from ccr.errors import CommandError
from ccr.run.choice import VARIABLE, check_profile, headers
from ccr.run.source import Source
from ccr.store.paths import Home


def test_headers_come_after_the_users_own() -> None:
    source = Source(path=Path("c"), env={VARIABLE: "X-Mine: 1"}, routes={"think": "p,m"}, profile="cheap")
    assert headers(source) == {VARIABLE: "X-Mine: 1\nx-ccr-profile: cheap\nx-ccr-routes: think=p,m"}


def test_no_choice_leaves_the_variable_alone() -> None:
    assert headers(Source(path=Path("c"), env={VARIABLE: "X-Mine: 1"})) == {}


def test_profile_must_exist(tmp_path: Path) -> None:
    config = Config(profiles={"cheap": {"default": "p,m"}})
    assert check_profile("cheap", config, Home(tmp_path)) == {"default": "p,m"}
    with pytest.raises(CommandError, match=r"no profile 'dear'.*profiles in the configuration: cheap"):
        check_profile("dear", config, Home(tmp_path))
