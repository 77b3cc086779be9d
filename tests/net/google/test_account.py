import base64
import json
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from ccr.core.login import Token
from ccr.net.google.account import TOKEN_URL, Machine, ServiceAccount, User, read_account, read_token, reason
from tests.net.google.keys import pem, private_key

SERVICE = {
    "type": "service_account",
    "project_id": "proj",
    "private_key_id": "kid1",
    "private_key": pem(),
    "client_email": "robot@proj.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
}
USER = {
    "type": "authorized_user",
    "client_id": "cid",
    "client_secret": "hush",
    "refresh_token": "1//again",
    "quota_project_id": "payer",
}


def test_service_account_is_read() -> None:
    found = read_account(json.dumps(SERVICE), "key.json")
    email = SERVICE["client_email"]
    assert found == ServiceAccount(email, pem(), "kid1", TOKEN_URL, "proj")
    assert found.project == "proj"
    assert not found.payer


def test_user_is_read() -> None:
    found = read_account(json.dumps(USER), "adc.json")
    assert found == User("cid", "hush", "1//again", payer="payer")
    assert found.project == "payer"


def test_service_account_signs_who_it_is() -> None:
    found = read_account(json.dumps({**SERVICE, "token_uri": "https://token.example"}), "key.json")
    question = found.question(1_700_000_000.9)
    assert question.url == "https://token.example"
    assert question.body is not None
    form = parse_qs(question.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = form["assertion"][0].split(".")
    assert decoded(head) == {"alg": "RS256", "typ": "JWT", "kid": "kid1"}
    assert decoded(claims) == {
        "iss": SERVICE["client_email"],
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": "https://token.example",
        "iat": 1_700_000_000,
        "exp": 1_700_003_600,
    }
    raw = base64.urlsafe_b64decode(signature + "==")
    private_key().public_key().verify(raw, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


def test_user_hands_in_the_refresh_token() -> None:
    question = read_account(json.dumps(USER), "adc.json").question(0)
    assert question.url == TOKEN_URL
    assert question.body is not None
    assert parse_qs(question.body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["cid"],
        "client_secret": ["hush"],
        "refresh_token": ["1//again"],
    }


def test_machine_asks_its_own_link() -> None:
    machine = Machine("metadata.google.internal")
    for question, path in (
        (machine.question(0), "instance/service-accounts/default/token"),
        (machine.project_question(), "project/project-id"),
    ):
        assert question.url == f"http://metadata.google.internal/computeMetadata/v1/{path}"
        assert (question.body, question.direct) == (None, True)
        assert question.headers == {"metadata-flavor": "Google"}


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "5"])
def test_file_that_is_none_says_what_to_do(text: str) -> None:
    with pytest.raises(ValueError, match=r"^adc.json is no JSON file .* run `gcloud auth application-default login`$"):
        read_account(text, "adc.json")


@pytest.mark.parametrize(
    "kind", ["external_account", "external_account_authorized_user", "impersonated_service_account", "gdch", None]
)
def test_other_kinds_are_named(kind: str | None) -> None:
    with pytest.raises(ValueError, match=f"of the type '{kind or 'unknown'}', which ccr can't use: use a service"):
        read_account(json.dumps({"type": kind} if kind else {}), "adc.json")


@pytest.mark.parametrize("sample", [SERVICE, USER], ids=["service account", "user"])
def test_missing_fields_are_named(sample: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^adc.json lacks '\w+' and '\w+'") as caught:
        read_account(json.dumps({"type": sample["type"], "refresh_token": "1//again"}), "adc.json")
    assert "1//again" not in str(caught.value)


def test_bad_key_is_told_without_showing_it() -> None:
    account = ServiceAccount("robot@proj", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----")
    with pytest.raises(
        ValueError, match=r"^the private key of the service account 'robot@proj' can't be used"
    ) as caught:
        account.question(0)
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize("sample", [SERVICE, USER], ids=["service account", "user"])
def test_accounts_do_not_show_their_secrets(sample: dict[str, str]) -> None:
    text = repr(read_account(json.dumps(sample), "adc.json"))
    assert not any(secret in text for secret in ("PRIVATE", "hush", "1//again"))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"access_token": "ya29.x", "expires_in": 3599, "token_type": "Bearer"}, Token("ya29.x", 4599.0)),
        ({"access_token": "ya29.x"}, Token("ya29.x")),
        ({"access_token": "ya29.x", "expires_in": True}, Token("ya29.x")),
        ({"id_token": "x"}, None),
        ([], None),
    ],
)
def test_token_is_read_from_the_answer(answer: object, expected: Token | None) -> None:
    assert read_token(json.dumps(answer).encode(), 1000.0) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b'{"error": "invalid_grant", "error_description": "Bad Request"}', "invalid_grant: Bad Request"),
        (b'{"error": "invalid_grant"}', "invalid_grant"),
        (b'{"error": {"code": 404}}', ""),
        (b"<html>", ""),
    ],
)
def test_reason_is_in_google_s_words(answer: bytes, expected: str) -> None:
    assert reason(answer) == expected


def decoded(part: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found
