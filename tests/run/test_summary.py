from pathlib import Path

from ccr.run import summary

SUMS = {"requests": 1, "errors": 0, "usage": {}, "cost": 0.5, "unpriced": 0, "models": []}


def test_table_is_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    summary.write({summary.VARIABLE: str(path)}, SUMS)
    text = path.read_text()
    assert text.startswith("before\n### ")
    assert "$0.50" in text


def test_nothing_is_written_without_a_job_or_a_request(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    summary.write({}, SUMS)
    summary.write({summary.VARIABLE: ""}, SUMS)
    summary.write({summary.VARIABLE: str(path)}, {"requests": 0})
    summary.write({summary.VARIABLE: str(tmp_path / "no" / "folder")}, SUMS)
    assert not path.exists()
    assert not summary.is_wanted({summary.VARIABLE: ""})
