import pytest

from tests.transform.case import make


@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("Anthropic", "anthropic"),
        ("anthropic", "anthropic"),
        ("OpenAI", "openai_chat"),
        ("openai-responses", "openai_responses"),
        ("GEMINI", "gemini"),
        ("vertex-gemini", "vertex"),
        ("vertex-claude", "vertex"),
        ("vertex-openai", "vertex"),
        ("maxcompletiontokens", None),
    ],
)
def test_name_chooses_the_dialect(name: str, dialect: str | None) -> None:
    assert make(name).dialect == dialect


@pytest.mark.parametrize(
    ("name", "publisher"), [("vertex-gemini", "google"), ("vertex-claude", "anthropic"), ("vertex-openai", "openai")]
)
def test_vertex_names_say_whose_models_they_are_for(name: str, publisher: str) -> None:
    assert make(name, {"project": "p"}).options == {"publisher": publisher, "project": "p"}
    assert make(name, {"publisher": "other"}).options["publisher"] == "other"
