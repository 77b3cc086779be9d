import pytest

from ccr.preset.origin import Origin, read_origin

DIGEST = "a" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("./team", Origin("path", "./team", "team")),
        ("/x/team.tar.gz", Origin("path", "/x/team.tar.gz", "team")),
        (f"t.zip#sha256={DIGEST}", Origin("path", "t.zip", "t", DIGEST)),
        ("https://x.example/a/team.zip?raw=1", Origin("url", "https://x.example/a/team.zip?raw=1", "team")),
        ("owner/repo", Origin("url", "https://github.com/owner/repo/archive/HEAD.zip", "repo")),
        ("owner/repo@v1.0", Origin("url", "https://github.com/owner/repo/archive/v1.0.zip", "repo")),
        ("https://github.com/owner/repo.git", Origin("url", "https://github.com/owner/repo/archive/HEAD.zip", "repo")),
        ("git@github.com:o/r.git", Origin("url", "https://github.com/o/r/archive/HEAD.zip", "r")),
        ("github.com/o/r/tree/dev", Origin("url", "https://github.com/o/r/archive/dev.zip", "r")),
        ("https://github.com/o/r/archive/main.zip", Origin("url", "https://github.com/o/r/archive/main.zip", "main")),
    ],
)
def test_origin_is_read(text: str, expected: Origin) -> None:
    assert read_origin(text) == expected
