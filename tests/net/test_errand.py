from typing import Any

import httpx
import pytest

from ccr.dialect.base import Call
from ccr.dialect.fault import make_fault
from ccr.keys.lessons import Way
from ccr.net.errand import Errand, doubt, leads, value_of, ways
from tests.chat import reply, request

PLACES = ("http://up/x/chat/completions", "http://up/x/v1/chat/completions", "http://up/x")


def errand(url: str = PLACES[0], *, auth: Any = "x-api-key", **changes: Any) -> Errand:
    call = Call(url, b"{}", auth=auth)
    return Errand(call, httpx.AsyncBaseTransport(), lambda: reply(request()), **changes)


def test_key_may_go_in_the_other_header_and_back() -> None:
    [other] = ways(errand(other_auth="bearer"), "auth")
    assert (other.call.auth, value_of(other.call, "auth")) == ("bearer", "bearer")
    [back] = ways(other, "auth")
    assert back.call.auth == "x-api-key"


@pytest.mark.parametrize("changes", [{}, {"other_auth": "bearer", "auth": "none"}], ids=["certain", "taken out"])
def test_key_stays_where_it_is(changes: dict[str, Any]) -> None:
    assert list(ways(errand(**changes), "auth")) == []


@pytest.mark.parametrize("query", ["", "?beta=true"])
def test_requests_may_go_to_each_place_that_an_address_may_mean(query: str) -> None:
    found = list(ways(errand(PLACES[0] + query, places=PLACES), "url"))
    assert [other.call.url for other in found] == [place + query for place in PLACES[1:]]
    assert [value_of(other.call, "url") for other in found] == list(PLACES[1:])
    assert {other.call.url for other in ways(found[1], "url")} == {place + query for place in PLACES[:2]}


@pytest.mark.parametrize("places", [(), PLACES[:1], PLACES])
def test_place_of_a_transformers_own_is_not_left(places: tuple[str, ...]) -> None:
    url = "http://own/place" if places == PLACES else PLACES[0]
    assert list(ways(errand(url, places=places), "url")) == []


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (401, "no key", "auth"),
        (404, "Not Found", "url"),
        (405, "Method Not Allowed", "url"),
        (404, "The model `x` does not exist", None),
        (400, "no", None),
        (0, "the connection failed", None),
    ],
)
def test_refusal_tells_what_is_in_doubt(status: int, message: str, expected: str | None) -> None:
    assert doubt(make_fault(status or 502, message), status) == expected


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("auth", None, True),
        ("auth", 400, True),
        ("auth", 429, True),
        ("auth", 401, False),
        ("auth", 403, False),
        ("auth", 404, False),
        ("auth", 0, False),
        ("auth", 200, False),
        ("url", None, True),
        ("url", 400, False),
    ],
)
def test_other_way_leads_there_if_the_answer_shows_it(kind: Way, status: int | None, expected: bool) -> None:
    assert leads(kind, status) is expected
