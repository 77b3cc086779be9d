from pathlib import Path

import pytest

from ccr.net.google import place


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".config" / "gcloud").mkdir(parents=True)
    return tmp_path


def test_named_file_comes_first_even_if_it_is_missing(home: Path) -> None:
    (home / ".config" / "gcloud" / place.FILE).write_text("{}")
    env = {"HOME": str(home), place.VARIABLE: "/nowhere/key.json"}
    assert place.credentials_file(env) == Path("/nowhere/key.json")


def test_gcloud_s_file_counts_if_it_is_there(home: Path) -> None:
    env = {"HOME": str(home)}
    assert place.credentials_file(env) is None
    file = home / ".config" / "gcloud" / place.FILE
    file.write_text("{}")
    assert place.credentials_file(env) == file


def test_gcloud_s_folder_may_be_elsewhere(home: Path) -> None:
    (home / place.FILE).write_text("{}")
    assert place.credentials_file({"HOME": "/nowhere", "CLOUDSDK_CONFIG": str(home)}) == home / place.FILE


@pytest.mark.parametrize(
    ("env", "product", "expected"),
    [
        ({}, "Google Compute Engine", place.METADATA_HOST),
        ({}, "Google", place.METADATA_HOST),
        ({}, "Standard PC (Q35)", ""),
        ({}, None, ""),
        ({"K_SERVICE": "run"}, None, place.METADATA_HOST),
        ({"GCE_METADATA_HOST": "127.0.0.1:8080"}, None, "127.0.0.1:8080"),
        ({"NO_GCE_CHECK": "true"}, "Google", ""),
        ({"NO_GCE_CHECK": "True", "K_SERVICE": "run"}, "Google", ""),
    ],
)
def test_metadata_server_is_asked_only_where_it_is(
    env: dict[str, str], product: str | None, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "product_name"
    if product is not None:
        file.write_text(f"{product}\n")
    assert place.metadata_host(env, product=file) == expected


def test_first_variable_with_a_value_counts() -> None:
    assert place.first({"GOOGLE_CLOUD_PROJECT": "", "GCLOUD_PROJECT": "p"}, place.PROJECTS) == "p"
    assert place.first({}, place.LOCATIONS) == ""
