"""Runs all checks. None of them may keep the others from being made."""

from collections.abc import Callable, Iterable, Mapping

from ccr.config.redact import redactor
from ccr.run.doctor import claude, extra, network, place
from ccr.run.doctor.patient import Patient
from ccr.status.finding import Finding, cleaned

Check = Callable[[Patient], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    place.system,
    place.configuration,
    claude.program,
    claude.login,
    place.service,
    network.exposure,
    network.proxies,
    network.certificates,
    place.clock,
    place.disk,
    extra.context,
    extra.scripts,
    extra.container,
)


def examine(patient: Patient, *, is_online: bool = False, checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Return what all checks find, without secrets and without the user's name."""
    found = [finding for check in checks for finding in _made(check, patient)]
    if is_online:
        found += _made(network.online, patient)
    return cleaned(found, _cleaner(patient))


def _made(check: Check, patient: Patient) -> list[Finding]:
    try:
        return list(check(patient))
    except Exception as error:  # A check looks at anything, in any state; what it stumbles over is a finding too.
        return [Finding("warn", check.__name__, f"could not be checked: {type(error).__name__}: {error}")]


def _cleaner(patient: Patient) -> Callable[[str], str]:
    redact = redactor(patient.loaded.config)
    secrets = _own_secrets(patient.env)
    home = str(patient.user)

    def clean(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "[hidden]")
        text = redact.text(text)
        return text.replace(home, "~") if len(home) > 1 else text

    return clean


def _own_secrets(env: Mapping[str, str]) -> list[str]:
    names = ("TOKEN", "KEY", "SECRET", "PASSWORD")
    return [value for name, value in env.items() if len(value) >= 8 and any(part in name.upper() for part in names)]
