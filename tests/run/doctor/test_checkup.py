from collections.abc import Iterator
from pathlib import Path

from ccr.run.doctor.checkup import examine
from ccr.run.doctor.patient import Patient
from ccr.status.finding import Finding
from tests.run.doctor.patients import PROVIDER, patient


def test_check_that_stumbles_is_a_finding(tmp_path: Path) -> None:
    def broken(someone: Patient) -> Iterator[Finding]:
        yield Finding("ok", "a", "b")
        raise ValueError("oh")

    found = examine(patient(tmp_path), checks=[broken, lambda someone: [Finding("ok", "c", "d")]])
    assert [(finding.level, finding.area) for finding in found] == [("warn", "broken"), ("ok", "c")]


def test_report_holds_no_secret_and_no_home(tmp_path: Path) -> None:
    def chatty(someone: Patient) -> Iterator[Finding]:
        words = f"{someone.env['MY_API_KEY']} {someone.config.apikey} hunter22 {someone.path}"
        yield Finding("note", "a", words, mend=f"rm {someone.path}")

    someone = patient(
        tmp_path,
        env={"MY_API_KEY": "from-the-environment"},
        APIKEY="in-the-file",
        Providers=[{**PROVIDER, "proxy": "http://me:hunter22@proxy:1"}],
    )
    [finding] = examine(someone, checks=[chatty])
    assert finding.text == "[hidden] [hidden] [hidden] ~/.claude-code-router/config.json"
    assert finding.mend == "rm ~/.claude-code-router/config.json"
