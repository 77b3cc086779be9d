"""The body of one request as it is mended on its way: with what is known beforehand, and what its refusals teach."""

from collections.abc import Callable

from ccr.keys.fix import Fix, mend
from ccr.keys.learn import diagnose, is_refusal
from ccr.keys.lessons import Lessons


class Repairs:
    """The fixes of one request. What it tries is only remembered for others when it worked."""

    def __init__(self, lessons: Lessons, session: str = "", *, tell: Callable[[str], None] = lambda text: None) -> None:
        self._lessons = lessons
        self._tell = tell
        self._session = session
        self._tried: dict[tuple[str, str], dict[Fix, str]] = {}

    def apply(self, body: bytes, *, provider: str, model: str) -> bytes:
        """Return the body as the provider's model takes it; the very same bytes if it needs no change."""
        known = self._lessons.fixes(provider, model, self._session)
        fixes = (*known, *self._tried.get((provider, model), ()))
        return mend(body, fixes) if fixes else body

    def learn(self, status: int, answer: bytes, body: bytes, *, provider: str, model: str, why: str) -> bool:
        """Take up what a refusal of the body says; tell whether the next try will be another one."""
        if not is_refusal(status, answer):
            return False
        tried = self._tried.setdefault((provider, model), {})
        new = [fix for fix in diagnose(answer, body) if fix not in tried]
        tried.update(dict.fromkeys(new, why))
        return bool(new)

    def turned(self, provider: str) -> bool:
        """Tell whether the provider wants its key in the other header."""
        return self._lessons.turned(provider)

    def turn(self, provider: str, auth: str, why: str) -> None:
        """The provider takes its key in the other header, which `auth` tells."""
        self._lessons.turn(provider, auth=auth, why=why)
        self._tell(f"{provider} takes its key as {auth}, and gets it so from now on; the other way it said: {why}")

    def confirm(self, *, provider: str, model: str) -> None:
        """The model has answered: remember what helped."""
        for fix, why in self._tried.pop((provider, model), {}).items():
            self._lessons.learn(fix, provider=provider, model=model, session=self._session, why=why)
            whom = {"once": "this request", "session": "this session"}.get(fix.span, "all requests")
            self._tell(f"{provider},{model} answers if we {fix}; done for {whom}, since it said: {why}")
