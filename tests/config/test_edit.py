import json
from typing import Any

import pyjson5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccr.config.edit import changed, edit
from ccr.errors import ConfigError

CONFIG = """\
// My routes.
{
  "Providers": [
    {name: 'p', "api_base_url": "http://x", models: ["a", 'b'],}, // cheap
  ],
  /* routes */
  "Router": {
    "default": "p,a", // the usual one
    "odd // key": 1
  }, # not a comment for us, but never mind
}
""".replace("}, # not a comment for us, but never mind", "}, // end")


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        (["Router", "default"], "p,b", '"p,a"', '"p,b"'),
        (["Router", "think"], "p,b", '"odd // key": 1', '"odd // key": 1,\n    "think": "p,b"'),
        (["Providers", 0, "models", 2], "c", "'b']", "'b', \"c\"]"),
        (["Providers", 0, "x"], {"y": 1}, "'b'],}", '\'b\'], "x": {\n      "y": 1\n    }}'),
        (["LOG"], False, "}, // end", '}, // end\n  "LOG": false,'),
        (
            ["Providers", 1],
            {"name": "q", "models": ["m"]},
            "// cheap",
            '// cheap\n    {\n      "name": "q",\n      "models": ["m"]\n    },',
        ),
    ],
)
def test_only_the_value_changes(path: Any, value: Any, old: str, new: str) -> None:
    edited = edit(CONFIG, path, value)
    assert edited.text == CONFIG.replace(old, new)
    assert not edited.is_rewritten


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("{}", ["a"], '{\n  "a": 1\n}'),
        ("{ }", ["a", "b"], '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("{ /* c */ }", ["a"], '{\n  "a": 1 /* c */ }'),
        ("{a: 0, a: 0}", ["a"], "{a: 0, a: 1}"),
        ("{a: null}", ["a", "b"], '{a: {\n  "b": 1\n}}'),
        ("\ufeff{a: 0}\n", ["a"], "\ufeff{a: 1}\n"),
        ("{\n\t'a': 0\n}", ["b"], "{\n\t'a': 0,\n\t\"b\": 1\n}"),
        ("{\r\n  a: 0 // x\r\n}", ["b"], '{\r\n  a: 0, // x\n  "b": 1\r\n}'),
        ("{\n  a: 0 /* x */ // y\n}", ["b"], '{\n  a: 0, /* x */ // y\n  "b": 1\n}'),
        ("{a: -0x1F, b: +Infinity, c: .5e3}", ["c"], "{a: -0x1F, b: +Infinity, c: 1}"),
        ("{'a\\u0062': 0}", ["ab"], "{'a\\u0062': 1}"),
    ],
)
def test_any_spelling_is_kept(text: str, path: Any, expected: str) -> None:
    edited = edit(text, path, 1)
    assert (edited.text, edited.is_rewritten) == (expected, False)


@pytest.mark.parametrize(
    ("text", "path"), [("{", ["a"]), ("[]", [0]), ("", ["a"]), ("{a: 1}", ["a", "b"]), ("{a: []}", ["a", 1])]
)
def test_what_has_no_place_is_refused(text: str, path: Any) -> None:
    with pytest.raises(ConfigError):
        edit(text, path, 1)


keys = st.sampled_from(["a", "b", "Router", "x y", "//", "é", "'", '"'])
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
trivia = st.sampled_from(["", " ", "\n", "\n  ", "// {[,\n", "/* ]}:'\" */", "\t", " // x\n\n"])


@st.composite
def texts(draw: st.DrawFn, value: Any) -> str:
    """Spell a JSON value in some way that JSON5 allows."""

    def gap() -> str:
        return draw(trivia)

    def spell(item: Any) -> str:
        if isinstance(item, dict):
            rows = [f"{gap()}{key(name)}{gap()}:{gap()}{spell(child)}{gap()}" for name, child in item.items()]
            return "{" + ",".join(rows) + tail(rows) + gap() + "}"
        if isinstance(item, list):
            rows = [f"{gap()}{spell(child)}{gap()}" for child in item]
            return "[" + ",".join(rows) + tail(rows) + gap() + "]"
        return quoted(item) if isinstance(item, str) else json.dumps(item)

    def key(name: str) -> str:
        return name if name.isidentifier() and draw(st.booleans()) else quoted(name)

    def quoted(word: str) -> str:
        plain = json.dumps(word)
        return "'" + plain[1:-1].replace("'", "\\'") + "'" if draw(st.booleans()) else plain

    def tail(rows: list[str]) -> str:
        return "," if rows and draw(st.booleans()) else ""

    return gap() + spell(value) + gap()


@st.composite
def paths(draw: st.DrawFn, whole: Any) -> list[str | int]:
    """Choose a path that leads somewhere."""
    path: list[str | int] = []
    for _ in range(draw(st.integers(1, 3))):
        if whole is None or isinstance(whole, dict):
            key = draw(keys)
            path.append(key)
            whole = (whole or {}).get(key)
        elif isinstance(whole, list):
            index = draw(st.integers(0, len(whole)))
            path.append(index)
            whole = whole[index] if index < len(whole) else None
    return path


@settings(deadline=None)
@given(st.data(), st.dictionaries(keys, values, max_size=4), values)
def test_edited_text_holds_what_was_asked_for(data: st.DataObject, whole: Any, value: Any) -> None:
    text, path = data.draw(texts(whole)), data.draw(paths(whole))
    edited = edit(text, path, value)
    assert pyjson5.decode(edited.text) == changed(whole, path, value)
    assert not edited.is_rewritten
    # Comments stay, unless they stood inside of what was replaced.
    if isinstance(value, int) and path[-1] not in _at(whole, path[:-1]):
        assert edited.text.count("//") >= text.count("//")


def _at(whole: Any, path: list[str | int]) -> Any:
    for key in path:
        try:
            whole = whole[key]
        except (LookupError, TypeError):
            return ()
    return range(len(whole)) if isinstance(whole, list) else whole or ()
