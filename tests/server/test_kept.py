from ccr.anthropic.request import Inbound
from ccr.core.jsonio import load
from ccr.server.kept import BYTES, REQUESTS, Kept


def inbound(raw: bytes = b"{}") -> Inbound:
    return Inbound(body=load(raw), raw=raw, headers={})


def test_only_the_last_requests_are_kept() -> None:
    kept, requests = Kept(), {f"r{n}": inbound(b'{"model": "m%d"}' % n) for n in range(REQUESTS + 1)}
    for name, one in requests.items():
        kept.add(name, one)
    assert kept.find("r0") is None
    assert kept.find("r1") == requests["r1"]
    assert kept.find() == requests[f"r{REQUESTS}"]


def test_a_large_one_drives_the_others_out() -> None:
    kept, large = Kept(), inbound(b'{"model": "%s"}' % (b"x" * BYTES))
    kept.add("small", inbound())
    kept.add("large", large)
    assert kept.find("small") is None
    assert kept.find() == large
    assert Kept().find() is None
