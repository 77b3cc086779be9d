import pytest
from msgspec.structs import replace

from ccr.errors import CommandError
from ccr.run.health import Health
from ccr.run.inquire import inquire
from ccr.run.service import Running
from ccr.version import VERSION
from tests.vendor import Answer, Request, vendor

HEALTH = Health(
    name="ccr", status="ok", instance="i", pid=7, role="service", version="1.2", config_hash="h", started=1.0
)


def running(url: str) -> Running:
    return Running(HEALTH, "127.0.0.1", int(url.rpartition(":")[2]))


def script(request: Request) -> Answer:
    if request.key != "secret":
        return 401, {}
    return {"/api/x": (200, {"a": 1}), "/api/broken": (200, b"<html>")}.get(request.path, (404, {}))


def test_service_is_asked_with_the_key() -> None:
    with vendor(script) as made:
        assert inquire(running(made.url), "/api/x", apikey="secret") == {"a": 1}


@pytest.mark.parametrize(
    ("path", "apikey", "expected"),
    [
        ("/api/x", None, "another APIKEY"),
        ("/api/y", "secret", r"version 1\.2\) has no /api/y"),
        ("/api/broken", "secret", "no JSON"),
    ],
)
def test_what_is_wrong_is_said_with_a_mend(path: str, apikey: str | None, expected: str) -> None:
    with vendor(script) as made, pytest.raises(CommandError, match=expected + ".*ccr restart"):
        inquire(running(made.url), path, apikey=apikey)


def test_service_of_our_version_says_itself_what_is_wrong() -> None:
    def refuse(_request: Request) -> Answer:
        return 404, {"type": "error", "error": {"type": "not_found_error", "message": "no such request"}}

    with vendor(refuse) as made:
        ours = replace(running(made.url), health=replace(HEALTH, version=VERSION))
        with pytest.raises(CommandError, match="^the service says: no such request$"):
            inquire(ours, "/api/x", apikey=None)


def test_service_that_has_gone_is_told() -> None:
    with pytest.raises(CommandError, match="doesn't answer"):
        inquire(running("http://127.0.0.1:9"), "/api/x", apikey=None)
