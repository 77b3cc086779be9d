from ccr.status.finding import Finding, cleaned, has_failed, report

FOUND = [Finding("ok", "a", "fine"), Finding("fail", "longer", "bad", mend="do this")]


def test_report_has_the_mend_below() -> None:
    assert report(FOUND) == "ok    a       fine\nfail  longer  bad\n              -> do this"
    assert report([]) == ""


def test_only_failures_fail() -> None:
    assert has_failed(FOUND)
    assert not has_failed([Finding("warn", "a", "b")])


def test_texts_and_mends_are_cleaned() -> None:
    assert cleaned([Finding("ok", "a", "x", "x")], str.upper) == [Finding("ok", "a", "X", "X")]
