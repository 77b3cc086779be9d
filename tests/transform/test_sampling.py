from tests.transform.case import context, edit, request


def test_sampling_sets_what_is_given_and_nothing_else() -> None:
    where = context()
    options = {"temperature": 0.2, "top_k": 20, "repetition_penalty": 1.05, "max_tokens": 100}
    sent = edit("sampling", options, request(), where)
    assert (sent["temperature"], sent["top_k"], sent["max_tokens"]) == (0.2, 20, 100)
    assert "top_p" not in sent
    assert where.extra == {"repetition_penalty": 1.05}
    assert where.vendor.top_k


def test_sampling_by_name_reaches_models_that_get_none_by_themselves() -> None:
    where = context("openai", "gpt-5")
    assert not where.vendor.sampling
    edit("sampling", {"top_p": 0.9}, request(), where)
    assert where.vendor.sampling
    assert not where.vendor.top_k


def test_sampling_without_options_changes_nothing() -> None:
    where = context("openai", "gpt-5")
    before = where.vendor
    assert edit("sampling", {}, request(), where) == request()
    assert (where.vendor, where.extra) == (before, {})


def test_sampling_keeps_a_lower_limit() -> None:
    assert edit("sampling", {"max_tokens": 100}, request(max_tokens=50), context())["max_tokens"] == 50
