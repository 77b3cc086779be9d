from ccr.plugins.edited import settled
from tests.transform.case import context


def test_vendors_fields_are_sent_beside_the_request() -> None:
    place = context()
    found = settled({"model": "m", "messages": [], "enable_thinking": True, "anthropic": {}}, place)
    assert found == {"model": "m", "messages": [], "anthropic": {}}
    assert place.extra == {"enable_thinking": True}
