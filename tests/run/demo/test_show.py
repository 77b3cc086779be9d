"""The demo, run in this process."""

from ccr.run.demo import show


def test_the_demo_succeeds_and_tells_what_it_does() -> None:
    said: list[str] = []
    assert show.run(claude=False, say=said.append, env={}) == 0
    text = "".join(said)
    assert text.index("The client sends") < text.index("The router picks") < text.index("The provider gets")
    assert "Let me ask the shell." in text
    assert "40 out" in text
