from ccr.anthropic.nested import name_of
from ccr.anthropic.picture import WITHOUT, answer_text, pictures, worded

IMAGE = {"type": "image", "source": {"type": "base64", "data": "AA=="}, "cache_control": {"type": "ephemeral"}}
BODY = {
    "messages": [
        {"role": "user", "content": [IMAGE, {"type": "text", "text": "hi"}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [IMAGE]}]},
        {"role": "user", "content": "words"},
    ]
}


def test_pictures_are_known_by_their_content() -> None:
    assert list(pictures(BODY)) == [name_of({**IMAGE, "cache_control": None})]
    assert pictures({"messages": [None, {"content": 7}]}) == {}


def test_worded_keeps_everything_else() -> None:
    found = worded(BODY, {name_of(IMAGE): "A cat."})["messages"]
    assert "A cat." in found[0]["content"][0]["text"]
    assert found[0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert found[0]["content"][1] == {"type": "text", "text": "hi"}
    assert "A cat." in found[1]["content"][0]["content"][0]["text"]
    assert found[2] == BODY["messages"][2]
    assert worded(BODY, {})["messages"][0]["content"][0]["text"] == WITHOUT


def test_answer_text_of_anything() -> None:
    assert answer_text({"content": [{"type": "thinking"}, {"type": "text", "text": " a "}]}) == "a"
    assert answer_text([1]) == answer_text({"content": None}) == ""
