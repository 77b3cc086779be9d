from ccr.status.explain import changes, edits, words

BODY = {
    "model": "claude",
    "max_tokens": 100,
    "context_management": {},
    "tools": [{"name": "Bash"}, {"name": "Odd"}],
    "messages": [{"role": "user", "content": [{"type": "image", "source": {"media_type": "image/png"}}]}],
}


def test_changes_name_what_was_left_out() -> None:
    sent = {"model": "m", "max_completion_tokens": 50, "tools": [{"function": {"name": "Bash"}}], "seed": 1}
    assert changes(BODY, sent) == [
        "context_management is not sent under this name",
        "added: max_completion_tokens, seed",
        "tools not sent under their name: Odd",
        "max_tokens 100 becomes 50",
        "1 of 1 images are not sent as images",
    ]
    assert changes(BODY, None) == []


def test_words_say_it_all() -> None:
    counted = {"system": 1, "tools": 20, "messages": 3, "images": 0, "documents": 0, "total": 24}
    call = {"target": "p,m", "method": "POST", "url": "http://u", "bytes": 9, "headers": {"a": "b"}, "changes": ["x"]}
    call["transformers"] = edits([("", {"a": 1, "b": 2, "c": "x" * 99}), ("one", {"a": 5, "c": "y", "d": [3]})])
    report = {
        "route": {"provider": "p", "model": "m", "scenario": "think", "reason": "why", "rejected": [["a", "b"]]},
        "tokens": {**counted, "expected": 25, "window": 1000, "by_tool": {f"t{n}": n for n in range(14)}},
        "calls": [{**call, "body": {"messages": [], "model": "m"}}, {"target": "q,n", "error": "no"}],
    }
    text = words(report)
    for part in (
        "p,m",
        "think: why",
        "not a: b",
        "24 of 1,000",
        "and 2 more",
        "- x",
        "one: a 1 becomes 5; without b; c",
        "d = [3]",
        "(101 characters) becomes",
        '{"model":"m"}',
        "no",
    ):
        assert part in text


def test_edits_are_told_by_transformer_and_field() -> None:
    first, second = {"max_tokens": 100, "model": "m"}, {"max_tokens": 50, "model": "m", "seed": 7}
    assert edits([("", first), ("maxtoken", second), ("idle", second), ("bare", {"model": "m"})]) == [
        {"name": "maxtoken", "fields": {"max_tokens": {"before": 100, "after": 50}, "seed": {"after": 7}}},
        {"name": "idle", "fields": {}},
        {"name": "bare", "fields": {"max_tokens": {"before": 50}, "seed": {"before": 7}}},
    ]
    assert edits([]) == []
