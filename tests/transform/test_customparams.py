from ccr.core.unified import Json
from tests.transform.case import context, edit, make, request


def test_unknown_fields_go_beside_the_body_and_known_ones_into_the_request() -> None:
    where = context()
    sent = edit("customparams", {"seed": 7, "top_p": 0.5, "provider": {"order": ["a"]}}, request(), where)
    assert sent["top_p"] == 0.5
    assert where.extra == {"seed": 7, "provider": {"order": ["a"]}}


def test_what_the_request_has_stays() -> None:
    options = {"temperature": 0.1, "max_tokens": 5, "model": "other", "stream": False, "messages": [], "tools": []}
    assert edit("customparams", options, request(), context()) == request()


def test_what_an_earlier_transformer_added_stays_but_objects_are_merged() -> None:
    where = context()
    where.extra.update(seed=1, provider={"only": ["a"], "sort": {"by": "price", "partition": "model"}}, plugins=["web"])
    options = {"seed": 2, "provider": {"sort": {"by": "speed"}, "zdr": True}, "plugins": {"id": "x"}}
    edit("customparams", options, request(), where)
    assert where.extra == {
        "seed": 1,
        "provider": {"only": ["a"], "sort": {"by": "speed", "partition": "model"}, "zdr": True},
        "plugins": ["web"],
    }


def test_reasoning_is_merged_into_the_clients_own() -> None:
    sent = edit("customparams", {"reasoning": {"effort": "low"}}, request(), context())
    assert sent["reasoning"] == {"enabled": True, "max_tokens": 4000, "effort": "low"}
    sent = edit("customparams", {"reasoning": {"effort": "none"}}, request(thinking=None), context())
    assert sent["reasoning"] == {"enabled": False, "effort": "none"}


def test_requests_do_not_share_the_options() -> None:
    options: Json = {"provider": {"order": ["a"]}, "stop": ["x"]}
    custom, where = make("customparams", options), context()
    sent = custom.edit(request(), where)
    where.extra["provider"]["order"].append("b")
    sent["stop"].append("y")
    assert options == {"provider": {"order": ["a"]}, "stop": ["x"]}
