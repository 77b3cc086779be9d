from ccr.core.trail import Attempt, Trail
from ccr.core.usage import Usage
from ccr.server.ledger import SESSIONS, Ledger
from tests.aio import trio_test
from tests.chat import delta, request, sse, usage
from tests.live import live, streaming


def trail(session: str = "s", **fields: object) -> Trail:
    defaults = {"provider": "p", "model": "m", "scenario": "default", "result": "ok"}
    return Trail(id=str(fields), started=0.0, session=session, **{**defaults, **fields})  # type: ignore[arg-type]


def test_session_adds_its_requests_up() -> None:
    ledger = Ledger()
    ledger.end(trail(usage=Usage(input=10, output=1, cache_read=5), ms=1100, ttft_ms=100))
    ledger.end(trail(usage=Usage(input=1, output=50), ms=1100, ttft_ms=100, scenario="think", reason="why"))
    ledger.end(trail(result="error"))
    record = ledger.record("s")
    assert (record["requests"], record["errors"], record["active"]) == (3, 1, 0)
    assert (record["usage"]["input"], record["usage"]["output"], record["usage"]["cache_read"]) == (11, 51, 5)


def test_what_runs_is_counted_whoever_asks() -> None:
    ledger = Ledger()
    first, second = trail(session=""), trail(session="s", model="n")
    ledger.begin(first)
    ledger.begin(second)
    assert ledger.running == 2
    ledger.end(first)
    assert ledger.running == 1


def test_last_request_tells_speed_and_route() -> None:
    ledger = Ledger()
    ledger.end(trail(usage=Usage(output=50), ms=1100, ttft_ms=100, scenario="think", reason="why"))
    last = ledger.record("s")["last"]
    assert (last["scenario"], last["reason"], last["tokens_per_second"], last["instead_of"]) == ("think", "why", 50, "")


def test_small_tasks_do_not_hide_the_conversation() -> None:
    ledger = Ledger()
    ledger.end(trail(scenario="background", model="small"))
    assert ledger.record("s")["last"]["model"] == "small"
    ledger.end(trail(model="main"))
    ledger.end(trail(scenario="background", model="small"))
    assert ledger.record("s")["last"]["model"] == "main"


def test_fallback_is_told_with_what_it_stands_for() -> None:
    ledger = Ledger()
    ledger.end(trail(attempts=[Attempt("p", "m", result="no"), Attempt("q", "n", result="ok")]))
    last = ledger.record("s")["last"]
    assert (last["provider"], last["model"], last["instead_of"], last["attempts"]) == ("q", "n", "p,m", 2)


def test_request_under_way_is_active() -> None:
    ledger = Ledger()
    running = trail()
    ledger.begin(running)
    assert ledger.record("s")["active"] == 1
    assert ledger.record("other")["active"] == 0
    ledger.end(running)
    assert ledger.record("s")["active"] == 0


def test_oldest_sessions_are_forgotten() -> None:
    ledger = Ledger()
    for number in range(SESSIONS):
        ledger.end(trail(str(number)))
    ledger.end(trail("0"))
    ledger.end(trail("new"))
    assert [ledger.record(name)["requests"] for name in ("0", "1", "2", "new", "never")] == [2, 0, 1, 1, 0]
    assert "last" not in ledger.record("never")


@trio_test()
async def test_router_tells_about_a_session() -> None:
    reply = sse([delta(content="Hello"), delta(finish="stop"), usage(10, 5, 4)])
    session = {"x-claude-code-session-id": "11111111-1111-4111-8111-111111111111"}
    async with live(streaming(reply)) as router:
        await router.post(request(), headers=session)
        await router.settled()
        answer = await router.http.get(f"{router.url}/api/session", params={"id": session["x-claude-code-session-id"]})
        other = await router.http.get(f"{router.url}/api/session")
    told = answer.json()
    assert (told["requests"], told["usage"]["input"], told["usage"]["cache_read"]) == (1, 6, 4)
    assert (told["last"]["provider"], told["last"]["model"], told["last"]["scenario"]) == ("up", "m", "default")
    assert other.json()["requests"] == 0


def test_cost_adds_up_and_tells_what_is_missing() -> None:
    ledger = Ledger()
    ledger.end(trail(usage=Usage(10, 1), cost=0.25))
    ledger.end(trail(usage=Usage(10, 1), cost=0.5))
    ledger.end(trail(usage=Usage(10, 1)))
    ledger.end(trail(result="error"))
    record = ledger.record("s")
    assert (record["cost"], record["unpriced"], record["last"]["cost"]) == (0.75, 1, None)


def test_summary_has_all_requests_and_each_model_that_answered() -> None:
    ledger = Ledger()
    ledger.end(trail("", usage=Usage(10, 1), cost=0.25))
    ledger.end(trail("a", attempts=[Attempt("p", "m", result="no"), Attempt("q", "n", result="ok")], cost=0.5))
    ledger.end(trail("b", provider="", model="", result="error"))
    found = ledger.summary()
    assert (found["requests"], found["errors"], found["cost"]) == (3, 1, 0.75)
    assert [(m["provider"], m["model"], m["requests"], m["cost"]) for m in found["models"]] == [
        ("p", "m", 1, 0.25),
        ("q", "n", 1, 0.5),
    ]
