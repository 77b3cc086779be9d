import json
from urllib.parse import parse_qs

import msgspec
import pytest

from ccr.core.login import AcliLogin, Login, Token

LOGIN = Login(program="tool", path=(".tool", "creds.json"), token_url="https://example.org/token", client_id="abc")
OTHER = Login(program="tool", path=(".tool", "creds.json"))
FILE = json.dumps(
    {
        "access_token": "a",
        "refresh_token": "r",
        "expiry_date": 1_700_000_000_500,
        "resource_url": "portal.qwen.ai",
        "x": 1,
    }
)


def test_read_takes_what_the_program_left() -> None:
    assert LOGIN.read(FILE) == Token("a", 1_700_000_000.5, "r", "https://portal.qwen.ai/v1/chat/completions")
    assert LOGIN.read('{"access_token": "a"}') == Token("a")


@pytest.mark.parametrize(
    "resource", ["https://portal.qwen.ai", "portal.qwen.ai/v1", "https://portal.qwen.ai/v1/", " portal.qwen.ai "]
)
def test_endpoint_is_read_from_any_spelling(resource: str) -> None:
    text = json.dumps({"access_token": "a", "resource_url": resource})
    assert LOGIN.read(text).url == "https://portal.qwen.ai/v1/chat/completions"


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"access_token": ""}', '{"access_token": 5}', "{broken"])
def test_read_of_anything_else_says_what_to_do(text: str) -> None:
    with pytest.raises(ValueError, match=r"^~/.tool/creds.json holds no login: run `tool` and log in$"):
        LOGIN.read(text)


def test_renewal_asks_with_the_refresh_token() -> None:
    found = LOGIN.renewal(Token("a", refresh="r&=1"))
    assert found is not None
    url, body = found
    assert url == "https://example.org/token"
    assert parse_qs(body.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["r&=1"], "client_id": ["abc"]}


def test_renewal_may_be_out_of_reach() -> None:
    assert LOGIN.renewal(Token("a")) is None
    assert OTHER.renewal(Token("a", refresh="r")) is None


def test_client_with_a_secret_shows_it() -> None:
    login = msgspec.structs.replace(LOGIN, package="@maker/tool")
    assert login.renewal(Token("a", refresh="r")) is None
    found = login.renewal(Token("a", refresh="r"), secret="s")
    assert found is not None
    assert parse_qs(found[1].decode())["client_secret"] == ["s"]


ACLI = AcliLogin(program="acli", path=("acli.yaml",))


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nprofile:\n    email: me@example.org\n    token: t:1\n    accountId: x\n",
        "profile:\n  token: \"t:1\"\n  email: 'me@example.org' \n",
    ],
)
def test_acli_keeps_name_and_token(text: str) -> None:
    assert ACLI.read(text) == Token("me@example.org:t:1")


@pytest.mark.parametrize("text", ["", "profile:\n  email: me@example.org\n  token:\n", "email: a\ntoken: b\n", "{"])
def test_acli_without_a_token_says_what_to_do(text: str) -> None:
    with pytest.raises(ValueError, match=r"^~/acli.yaml holds no API token: run `acli` and log in, or"):
        ACLI.read(text)


def test_acli_may_stand_in_the_configuration() -> None:
    assert ACLI.given({}, ["sk-xxx", "me@example.org:t"]) == "me@example.org:t"
    assert ACLI.given({"email": "me@example.org", "api_token": "t"}, []) == "me@example.org:t"
    assert ACLI.given({"email": "me@example.org"}, ["sk-xxx", "a:b@c"]) == ""
    assert LOGIN.given({}, ["me@example.org:t"]) == ""


def test_renewed_keeps_what_the_answer_leaves_out() -> None:
    old = Token("a", 5.0, "r", "https://portal.qwen.ai/v1/chat/completions")
    answer = b'{"access_token": "b", "expires_in": 3600}'
    assert LOGIN.renewed(old, answer, now=1000.0) == Token("b", 4600.0, "r", old.url)
    answer = b'{"access_token": "b", "refresh_token": "s", "resource_url": "other.qwen.ai"}'
    assert LOGIN.renewed(old, answer, now=1000.0) == Token("b", 0.0, "s", "https://other.qwen.ai/v1/chat/completions")


@pytest.mark.parametrize("answer", [b"", b"<html>", b'{"error": "invalid_grant"}', b"[]"])
def test_renewal_that_failed_says_what_to_do(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r"^the login in ~/.tool/creds.json has expired: run `tool` once to renew it$"):
        LOGIN.renewed(Token("a", refresh="r"), answer, now=0.0)


def test_saved_changes_only_the_token() -> None:
    text = LOGIN.saved(FILE, Token("b", 4600.0, "s"))
    expected = {**json.loads(FILE), "access_token": "b", "refresh_token": "s", "expiry_date": 4_600_000}
    assert json.loads(text) == expected
    assert json.loads(LOGIN.saved(FILE, Token("b", 4600.0)))["refresh_token"] == "r"
