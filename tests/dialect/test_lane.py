"""Items that grow at the same time come out one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from ccr.core.event import Event, Text
from ccr.dialect.lane import Lane, Lanes


def test_front_item_flows_through_at_once() -> None:
    lanes: Lanes[str] = Lanes()
    first, second = lanes.open("a"), lanes.open("b")
    assert list(lanes.put(second, [Text("2")])) == []
    assert list(lanes.put(first, [Text("1")])) == [Text("1")]
    assert list(lanes.end(first)) == [Text("2")]
    assert list(lanes.put(second, [Text("3")])) == [Text("3")]


def test_item_that_ended_while_it_waited_lets_the_next_one_through() -> None:
    lanes: Lanes[str] = Lanes()
    first, second, third = (lanes.open(name) for name in "abc")
    assert list(lanes.put(third, [Text("3")])) == []
    assert list(lanes.end(second)) == []
    assert list(lanes.end(first)) == [Text("3")]
    assert lanes.unfinished == [third]


def test_item_that_has_ended_says_nothing_more() -> None:
    lanes: Lanes[str] = Lanes()
    lane = lanes.open("a")
    assert list(lanes.end(lane)) == []
    assert list(lanes.put(lane, [Text("late")])) == []
    assert list(lanes.end(lane)) == []


@given(st.lists(st.integers(0, 4), max_size=40), st.permutations(range(5)))
def test_every_item_comes_out_whole_in_the_order_of_beginning(puts: list[int], ends: list[int]) -> None:
    lanes: Lanes[int] = Lanes()
    opened: list[Lane[int]] = [lanes.open(number) for number in range(5)]
    out: list[Event] = []
    for place, number in enumerate(puts):
        out += lanes.put(opened[number], [Text(f"{number}.{place}")])
    for number in ends:
        out += lanes.end(opened[number])
    wanted = [f"{number}.{place}" for number in range(5) for place, put in enumerate(puts) if put == number]
    assert [event.text for event in out if isinstance(event, Text)] == wanted
    assert lanes.unfinished == []
