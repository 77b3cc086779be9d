import json

from ccr.status.transcript import last_reply


def line(kind: str, message: object) -> bytes:
    return json.dumps({"type": kind, "message": message}).encode()


def test_newest_reply_with_a_model_counts() -> None:
    lines = [
        b'{"type":"assistant","message":{"model":"cut o',
        line("user", {"content": '"assistant"'}),
        line("assistant", {"model": "<synthetic>"}),
        line("assistant", {"no": "model"}),
        line("assistant", {"model": "new", "usage": {}}),
        line("assistant", {"model": "old"}),
    ]
    assert last_reply(lines) == {"model": "new", "usage": {}}


def test_transcript_without_a_reply_has_none() -> None:
    assert last_reply([b"", b"garbage", b'["assistant"]', b'"assistant"']) is None
