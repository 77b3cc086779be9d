"""What only the whole configuration tells: routes to nowhere, open doors, variables that are not set."""

from typing import Any

import pytest
from msgspec.structs import replace

from ccr.config.check import check, guard, is_loopback, report_unset
from ccr.config.interpolate import Unset
from ccr.config.problem import Report
from ccr.config.schema import Config, Provider, Router

BASE = Config(
    providers=(
        Provider(name="OpenRouter", url="https://openrouter.ai/api/v1", models=("anthropic/claude-sonnet-4", "gpt-5")),
        Provider(name="local", url="http://localhost:1234/v1"),
    )
)


def problems(config: Config) -> list[str]:
    report = Report()
    check(config, report)
    return [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    "route",
    [
        "OpenRouter,gpt-5",
        "openrouter,GPT-5",
        " openrouter , gpt-5 ",
        "openrouter,gpt-5:online",
        "openrouter/gpt-5",
        "openrouter,anthropic/claude-sonnet-4",
        "gpt-5",
        "local,anything",
        "",
    ],
)
def test_check_knows_the_route(route: str) -> None:
    assert problems(replace(BASE, router=Router(default=route))) == []


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("openruter,gpt-5", "provider 'openruter' is not configured (did you mean 'OpenRouter'?)"),
        ("groq,llama", "provider 'groq' is not configured (there is OpenRouter, local)"),
        ("openrouter,gpt-6", "model 'gpt-6' is not in the list of provider 'OpenRouter' (did you mean 'gpt-5'?)"),
        ("openrouter,", "names no model"),
        ("gpt", "'gpt' is not a provider,model pair"),
    ],
)
def test_check_reports_the_route(route: str, words: str) -> None:
    found = problems(replace(BASE, router=Router(long_context=route)))
    assert len(found) == 1
    assert found[0].startswith("Router.longContext: ")
    assert words in found[0]


def test_check_reads_the_models_of_a_scheduled_route() -> None:
    schedule = [{"hours": "00:00-08:00", "model": "local,night"}, {"model": "openrouter,dusk"}, "nonsense"]
    config = replace(BASE, router=Router(default={"model": "no,x", "schedule": schedule}))
    assert [problem.partition(": ")[0] for problem in problems(config)] == [
        "Router.default.model",
        "Router.default.schedule[1].model",
    ]


def test_check_reads_further_routes_and_fallbacks() -> None:
    config = replace(BASE, router=Router(extra={"haiku": "no,x"}, schedule={}), fallback={"think": ("local,y", "no,z")})
    assert [problem.partition(": ")[0] for problem in problems(config)] == ["Router.haiku", "fallback.think[1]"]


def test_check_reads_the_fallbacks_of_a_route() -> None:
    config = replace(BASE, router=Router(default={"model": "local,y", "fallback": ["local,y", "no,z"]}))
    assert [problem.partition(": ")[0] for problem in problems(config)] == ["Router.default.fallback[1]"]


def test_check_suggests_the_route_that_was_meant() -> None:
    found = problems(replace(BASE, router=Router(extra={"longContextTreshold": 5, "opus": "local,x"})))
    assert found == ["Router.longContextTreshold: is not a known key (did you mean 'longContextThreshold'?)"]


def test_check_mentions_unknown_keys_but_not_those_of_others() -> None:
    config = replace(BASE, extra={"$schema": "x", "OPENAI_API_KEY": "y", "Provider": [], "GEMINI_API_KEY": "z"})
    assert problems(config) == [
        "Provider: is not a known key (did you mean 'Providers'?)",
        "GEMINI_API_KEY: is not a known key (it is ignored)",
    ]


def test_check_wants_a_provider() -> None:
    assert problems(Config())[0].startswith("Providers: there is no provider")


@pytest.mark.parametrize("url", ["http://127.0.0.1:7890", "socks5h://u:p@proxy:1080", "$PROXY"])
def test_check_takes_the_proxy(url: str) -> None:
    assert problems(replace(BASE, proxy_url=url)) == []


def test_check_reports_a_proxy_without_showing_it() -> None:
    providers = (replace(BASE.providers[0], proxy="direct"), replace(BASE.providers[1], proxy="ftp://user:hunter22@h"))
    found = problems(replace(BASE, providers=providers, proxy_url="user:hunter22@proxy:80"))
    assert [problem.partition(": ")[0] for problem in found] == ["PROXY_URL", "Providers[1].proxy"]
    assert "hunter22" not in str(found)


def test_check_warns_of_a_provider_whose_certificate_nobody_looks_at() -> None:
    providers = (replace(BASE.providers[0], insecure=True), BASE.providers[1])
    [found] = problems(replace(BASE, providers=providers))
    assert found.startswith("Providers[0].insecure: any certificate is accepted")


@pytest.mark.parametrize(
    ("host", "apikey", "expected"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("localhost", None, "localhost"),
        ("::1", None, "::1"),
        ("127.8.9.1", None, "127.8.9.1"),
        ("0.0.0.0", "secret", "0.0.0.0"),
        ("0.0.0.0", None, "127.0.0.1"),
        ("0.0.0.0", "$UNSET", "127.0.0.1"),
        ("::", None, "127.0.0.1"),
        ("192.168.1.5", None, "127.0.0.1"),
        ("127.evil.example.com", None, "127.0.0.1"),
        ("127.0.0.evil", None, "127.0.0.1"),
    ],
)
def test_guard_keeps_the_door_shut_without_a_key(host: str, apikey: str | None, expected: str) -> None:
    report = Report()
    assert guard(Config(host=host, apikey=apikey), report).host == expected
    assert [problem.path for problem in report.problems] == ([] if host == expected else ["HOST"])


@pytest.mark.parametrize(("host", "expected"), [("[::1]", True), ("LOCALHOST", True), ("", False), ("0.0.0.0", False)])
def test_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("path", "config", "matters"),
    [
        ("Providers[0].api_key", BASE, True),
        ("providers[0].transformer.use[0][1].project", BASE, True),
        ("PROXY_URL", BASE, True),
        ("Router.default", BASE, True),
        ("StatusLine.default.modules[0].text", BASE, False),
        ("GEMINI_API_KEY", BASE, False),
        ("OPENAI_API_KEY", BASE, False),
        ("OPENAI_API_KEY", Config(providers=(Provider(name="default", url="u"),)), True),
    ],
)
def test_unset_variable_is_reported_where_it_matters(path: str, config: Config, matters: bool) -> None:
    report = Report()
    report_unset((Unset(path, "NAME"),), config, report)
    assert [str(problem) for problem in report.problems] == (
        [f"{path}: the environment variable 'NAME' is not set (export NAME=...)"] if matters else []
    )


def test_unset_text_that_is_no_variable_gets_no_command() -> None:
    report = Report()
    report_unset((Unset("APIKEY", "{ secrets.KEY "),), BASE, report)
    assert "export" not in str(report.problems[0])


def test_check_has_no_fatal_problem() -> None:
    report = Report()
    odd: dict[str, Any] = {"extra": {"x": 1}, "router": Router(default="a,b"), "proxy_url": "x"}
    check(Config(**odd), report)
    assert len(report.problems) == 4
    assert not report.is_fatal
