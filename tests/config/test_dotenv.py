"""`.env` files as people write them."""

import pytest

from ccr.config.dotenv import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("A=1\nB=two words\n", {"A": "1", "B": "two words"}, id="plain"),
        pytest.param('export A="https://x.example/v1"\n', {"A": "https://x.example/v1"}, id="export and quotes"),
        pytest.param("A='it is $HOME # here'", {"A": "it is $HOME # here"}, id="single quotes"),
        pytest.param('A="say \\"hi\\"\\n"', {"A": 'say "hi"\n'}, id="escapes"),
        pytest.param("A=1 # why\n# B=2\nC='3' # c", {"A": "1", "C": "3"}, id="comments"),
        pytest.param("A=sk-a#b\n", {"A": "sk-a#b"}, id="a sharp inside a value"),
        pytest.param('A=""\nB=\n', {"A": "", "B": ""}, id="empty"),
        pytest.param("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}, id="Windows"),
        pytest.param("## enable router\nnode index.mjs\nA = 1\n", {"A": "1"}, id="other lines"),
        pytest.param("A=1\nA=2\n", {"A": "2"}, id="the last counts"),
        pytest.param('A="two\nlines"\nB=1', {"A": "two\nlines", "B": "1"}, id="lines in quotes"),
        pytest.param("A='open\nB=1", {"A": "'open", "B": "1"}, id="a quote that is not closed"),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_parse(text: str, expected: dict[str, str]) -> None:
    assert parse(text) == expected
