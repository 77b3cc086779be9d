from collections.abc import Iterable

from ccr.core.event import Event, Finish, Text
from ccr.transform.pipeline import Pipeline
from tests.grammar import run


class Tag:
    """Appends its name to text, and lets one text of its own out at the end."""

    def __init__(self, name: str) -> None:
        self._name = name

    def feed(self, event: Event) -> Iterable[Event]:
        return [Text(event.text + self._name)] if isinstance(event, Text) else [event]

    def close(self) -> Iterable[Event]:
        return [Text(f"[{self._name}]")]


def test_events_pass_the_filters_in_order() -> None:
    assert list(Pipeline([Tag("a"), Tag("b")]).feed(Text("x"))) == [Text("xab")]


def test_what_is_released_at_the_end_passes_the_later_filters_only() -> None:
    assert list(Pipeline([Tag("a"), Tag("b"), Tag("c")]).close()) == [Text("[a]bc"), Text("[b]c"), Text("[c]")]


def test_no_filters_change_nothing() -> None:
    events = [Text("x"), Finish("end_turn")]
    assert run(Pipeline([]), events) == events
