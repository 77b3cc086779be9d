from tests.transform.case import context, edit, request


def test_streamoptions_wins_over_the_table() -> None:
    where = context("mistral")
    assert not where.vendor.usage_option
    edit("streamoptions", None, request(), where)
    assert where.vendor.usage_option
