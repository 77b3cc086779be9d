"""The body of one request as it is mended on its way: with what is known beforehand, and what its refusals teach."""

from collections.abc import Callable

from ccr.keys.fix import Fix, mend
from ccr.keys.learn import diagnose, is_refusal
from ccr.keys.lessons import Lessons, Way, told


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

    def way(self, provider: str, kind: Way) -> str:
        """Return the way that is known to lead to the provider, empty for the usual one."""
        return self._lessons.way(provider, kind)

    def take(self, provider: str, kind: Way, value: str, *, why: str) -> None:
        """Another way than the usual one leads to the provider."""
        self._lessons.take(provider, kind, value, why=why)
        self._tell(f"{provider} answers if we {told(kind, value)}; done from now on, since it said: {why}")

    def confirm(self, *, provider: str, model: str) -> None:
        """The model has answered: remember what helped."""
        for fix, why in self._tried.pop((provider, model), {}).items():
            self._lessons.learn(fix, provider=provider, model=model, session=self._session, why=why)
            whom = {"once": "this request", "session": "this session"}.get(fix.span, "all requests")
            self._tell(f"{provider},{model} answers if we {fix}; done for {whom}, since it said: {why}")
