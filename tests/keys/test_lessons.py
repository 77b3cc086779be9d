"""The memory of fixes."""

from ccr.keys.fix import Fix
from ccr.keys.lessons import FIXES, PLACES, Lessons

DROP = Fix("drop", ("x",))


def test_a_lesson_holds_for_its_provider_and_model() -> None:
    lessons = Lessons()
    assert lessons.fixes("p", "m", "s") == ()
    lessons.learn(DROP, provider="p", model="m", session="s", why="x: no")
    assert lessons.fixes("p", "m", "other") == (DROP,)
    assert lessons.fixes("p", "n", "s") == ()
    assert lessons.fixes("q", "m", "s") == ()


def test_a_lesson_of_a_session_stays_with_it() -> None:
    lessons = Lessons()
    strip = Fix("strip_thinking", span="session")
    lessons.learn(strip, provider="p", model="m", session="s")
    lessons.learn(strip, provider="p", model="n", session="")
    assert lessons.fixes("p", "m", "s") == (strip,)
    assert lessons.fixes("p", "m", "t") == lessons.fixes("p", "m", "") == lessons.fixes("p", "n", "") == ()


def test_what_was_for_once_is_not_kept() -> None:
    lessons = Lessons()
    lessons.learn(Fix("clamp", ("max_tokens",), most=5, span="once"), provider="p", model="m", session="s")
    assert lessons.fixes("p", "m", "s") == ()


def test_a_newer_limit_replaces_the_older() -> None:
    lessons = Lessons()
    for most in (8192, 4096):
        lessons.learn(Fix("clamp", ("max_tokens",), most=most), provider="p", model="m")
    assert [fix.most for fix in lessons.fixes("p", "m", "")] == [4096]


def test_memory_is_bounded() -> None:
    lessons = Lessons()
    for place in range(2 * PLACES):
        lessons.learn(DROP, provider="p", model=f"m{place}")
    assert len(lessons.report()) == PLACES
    for name in range(2 * FIXES):
        lessons.learn(Fix("drop", (f"x{name}",)), provider="p", model="m")
    assert len(lessons.fixes("p", "m", "")) == FIXES


def test_report_says_what_is_changed_and_why() -> None:
    lessons = Lessons()
    lessons.learn(DROP, provider="p", model="m", why="x: Extra inputs are not permitted")
    assert lessons.report() == [
        {
            "provider": "p",
            "model": "m",
            "for": "model",
            "fix": "leave out x",
            "why": "x: Extra inputs are not permitted",
        }
    ]


def test_the_way_to_a_provider_is_the_last_that_led_to_it() -> None:
    lessons = Lessons()
    lessons.take("p", "auth", "bearer", why="no key")
    lessons.take("q", "url", "http://q/invocations", why="nothing here")
    assert (lessons.way("p", "auth"), lessons.way("p", "url"), lessons.way("o", "auth")) == ("bearer", "", "")
    assert [one["fix"] for one in lessons.report()] == [
        "send the key as bearer",
        "send requests to http://q/invocations",
    ]
    lessons.take("p", "auth", "x-api-key")
    assert lessons.way("p", "auth") == "x-api-key"
    for name in range(2 * PLACES):
        lessons.take(f"p{name}", "auth", "bearer")
    assert len(lessons.report()) == PLACES
