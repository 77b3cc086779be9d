"""Who may talk to the server."""

import pytest

from ccr.errors import Forbidden, Unauthorized
from ccr.server.guard import check_host, check_key, check_origin


@pytest.mark.parametrize("host", ["127.0.0.1:3456", "localhost:3456", "localhost", "[::1]:3456", "app.localhost"])
def test_loopback_names_are_let_in(host: str) -> None:
    check_host({"host": host}, host="127.0.0.1")


@pytest.mark.parametrize("host", ["", "evil.example.com", "127.0.0.1.evil.example.com", "10.0.0.1:3456"])
def test_other_names_are_refused_on_loopback(host: str) -> None:
    with pytest.raises(Forbidden):
        check_host({"host": host}, host="127.0.0.1")


def test_a_server_for_others_has_names_that_only_its_user_knows() -> None:
    check_host({"host": "router.example.com"}, host="0.0.0.0")


@pytest.mark.parametrize("headers", [{}, {"origin": "http://localhost:3456"}, {"sec-fetch-site": "same-origin"}])
def test_own_pages_and_programs_are_let_in(headers: dict[str, str]) -> None:
    check_origin(headers)


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example.com"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_foreign_pages_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        check_origin(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "right"},
        {"authorization": "Bearer right"},
        {"authorization": "bearer right"},
        {"authorization": "Bearer other", "x-api-key": "right"},
    ],
)
def test_the_right_key_is_found_in_either_header(headers: dict[str, str]) -> None:
    check_key(headers, apikey="right")


@pytest.mark.parametrize(
    "headers", [{}, {"x-api-key": "wrong"}, {"authorization": "Bearer "}, {"x-api-key": "ünïcode"}]
)
def test_other_keys_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthorized, match="APIKEY"):
        check_key(headers, apikey="right")


def test_without_a_configured_key_everybody_is_let_in() -> None:
    check_key({}, apikey=None)
