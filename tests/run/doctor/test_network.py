from pathlib import Path
from typing import Any

import pytest

from ccr.run.doctor.network import certificates, exposure, online, proxies
from tests.run.doctor.patients import PROVIDER, patient, told
from tests.world import provider

FAR = {**PROVIDER, "api_base_url": "https://api.example.com/v1"}


def test_proxy_is_named_without_its_password(tmp_path: Path) -> None:
    found = list(proxies(patient(tmp_path, Providers=[FAR], PROXY_URL="http://me:secret1@proxy:3128/")))
    assert [finding.text for finding in found] == ["http://proxy:3128 for p"]
    assert told(list(proxies(patient(tmp_path, PROXY_URL="http://proxy:1"))), "ok", "directly")


@pytest.mark.parametrize(
    ("url", "level", "words"),
    [
        ("proxy:3128", "note", "http://proxy:3128 for p"),
        ("socks5h://proxy", "note", "socks5://proxy:1080 for p"),
        ("ftp://me:secret1@proxy", "fail", "the proxy 'proxy' can't be used"),
    ],
)
def test_proxy_of_the_environment_is_read_in_every_spelling(tmp_path: Path, url: str, level: str, words: str) -> None:
    found = list(proxies(patient(tmp_path, env={"HTTPS_PROXY": url}, Providers=[FAR])))
    assert told(found, level, words)
    assert "secret1" not in str(found)


@pytest.mark.parametrize(
    ("config", "env", "level", "words"),
    [
        ({}, {}, "ok", "can be read"),
        ({}, {"NODE_EXTRA_CA_CERTS": "/no/such.pem"}, "fail", "NODE_EXTRA_CA_CERTS names /no/such.pem"),
        ({"Providers": [{**PROVIDER, "ca_file": "/no/such.pem"}]}, {}, "fail", "ca_file"),
        ({"Providers": [{**PROVIDER, "insecure": True}]}, {}, "warn", "accepts any certificate"),
    ],
)
def test_certificates_are_tried(tmp_path: Path, config: Any, env: Any, level: str, words: str) -> None:
    assert told(list(certificates(patient(tmp_path, env=env, **config))), level, words)


@pytest.mark.parametrize(
    ("url", "is_told"),
    [("http://api.example.com/v1", True), ("https://api.example.com/v1", False), ("http://192.168.1.5:8000/v1", False)],
)
def test_key_in_clear_is_told(tmp_path: Path, url: str, is_told: bool) -> None:
    found = list(exposure(patient(tmp_path, Providers=[{**PROVIDER, "api_base_url": url, "api_key": "k"}])))
    assert told(found, "warn", "over http") is is_told


def test_open_address_is_told(tmp_path: Path) -> None:
    assert told(list(exposure(patient(tmp_path, HOST="0.0.0.0", APIKEY="secret"))), "warn", "listens on 0.0.0.0")


def test_provider_that_answers_anything_is_there(tmp_path: Path, free_port: int) -> None:
    with provider() as upstream:
        there = {**PROVIDER, "api_base_url": upstream.url}
        gone = {**PROVIDER, "name": "gone", "api_base_url": f"http://127.0.0.1:{free_port}/v1"}
        found = online(patient(tmp_path, Providers=[there, gone]))
    assert upstream.seen == []
    assert told(found, "ok", "p answers (501)")
    assert told(found, "fail", "gone can't be reached")
