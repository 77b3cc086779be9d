import pytest

from ccr.config.span import Span, Unreadable, line_end, read


def test_members_have_their_places() -> None:
    text = "/* c */ {a: [1, 'x'], \"b\\u0063\": {}, } // end"
    whole = read(text)
    assert text[whole.start : whole.end] == "{a: [1, 'x'], \"b\\u0063\": {}, }"
    assert [(member.key, text[member.value.start : member.value.end]) for member in whole.members] == [
        ("a", "[1, 'x']"),
        ("bc", "{}"),
    ]
    assert [member.key for member in whole.members[0].value.members] == [0, 1]


@pytest.mark.parametrize("text", ["'a // {' ", "-Infinity", '"\\""', "'\\\n'"])
def test_plain_value_has_no_members(text: str) -> None:
    assert read(text) == Span(0, len(text.rstrip(" ")))


@pytest.mark.parametrize("text", ["", "{", "{a}", "{a 1}", "[1 2]", "{1: 'x}", "1 2", "{:1}"])
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [(" // c\nx", "\nx"), (" /* a */ /* b */ // c\nx", "\nx"), (" /* a\n */ x", " /* a\n */ x"), (" x", " x")],
)
def test_comments_of_a_line_belong_to_it(text: str, rest: str) -> None:
    assert text[line_end(text, 0) :] == rest
