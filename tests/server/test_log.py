from typing import Any

from ccr.server.log import MaskedLog


def test_events_of_a_preset_are_masked() -> None:
    told: list[str] = []

    class Log:
        def request(self, trail: Any) -> None:
            told.append(str(trail))

        def event(self, level: str, text: str) -> None:
            told.append(f"{level} {text}")

    log = MaskedLog(Log())
    log.mask = lambda text: text.replace("secret", "*")
    log.event("warn", "a secret")
    log.request({"id": 1})
    assert told == ["warn a *", "{'id': 1}"]
