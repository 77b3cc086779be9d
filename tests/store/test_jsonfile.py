import sys
from pathlib import Path

import pytest

from ccr.store.jsonfile import read_json
from tests import process


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf{a: 1,} // x", {"a": 1}),
        (b'// x, }\n{"a": [1, 2,], /* "b": 2, */ "c": "// no",\n}', {"a": [1, 2], "c": "// no"}),
        (b'{"a": "/*", "b": ",}", "c": "\\"//", /* * */}', {"a": "/*", "b": ",}", "c": '"//'}),
        (b"{'a': '\"// x', \"b\": 1}", {"a": '"// x', "b": 1}),
    ],
)
def test_json_and_json5_are_read(tmp_path: Path, content: bytes, expected: dict[str, object]) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(str(tmp_path / "x.json")) == expected


def test_comments_need_no_slow_parser(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": 1, /* two */} // three')
    program = f"import sys; from ccr.store.jsonfile import read_json; read_json({str(tmp_path / 'x.json')!r})"
    done = process.run([sys.executable, "-c", f"{program}; print('pyjson5' in sys.modules)"])
    assert done.stdout == "False\n"


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_unreadable_file_says_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert read_json(str(path)) == {}
    assert read_json(str(tmp_path / "none")) == {}
