from ccr.route.override import Layer, merge, read_header, write_header
from tests.route.samples import CATALOG

BASE = {"default": "main,big", "think": "main,thinker", "longContextThreshold": 60_000}


def test_later_layers_win_key_by_key() -> None:
    layers = [
        Layer("project", {"default": "main,small", "image": "local,eye"}),
        Layer("session", {"default": "local,eye", "longContextThreshold": 5}),
    ]
    merged = merge(BASE, layers, CATALOG)
    assert merged.router == {
        "default": "local,eye",
        "think": "main,thinker",
        "image": "local,eye",
        "longContextThreshold": 5,
    }
    assert merged.sources == ("project", "session")
    assert merged.problems == ()


def test_what_names_nothing_is_left_out_and_told() -> None:
    wrong = {"default": "nowhere,m", "think": 7, "thinkWhen": {"budget": -1}, "background": "main,small"}
    merged = merge(BASE, [Layer("/p/config.json", wrong)], CATALOG)
    assert merged.router == {**BASE, "background": "main,small"}
    assert [problem.partition(": ")[0] for problem in merged.problems] == ["/p/config.json"] * 3
    assert "no provider 'nowhere'" in merged.problems[0]


def test_header_of_routes_is_read_back() -> None:
    routes = {"think": "p,m", "default": "openrouter,a/b:free"}
    assert dict(read_header(write_header(routes))) == routes
    assert dict(read_header("nonsense; =x; y=; a=b,c")) == {"a": "b,c"}


def test_repository_may_bring_rules_but_no_patterns() -> None:
    plain = {"rules": [{"when": {"tool": "Bash"}, "model": "main,small"}]}
    pattern = {"rules": [{"when": {"text": "(a+)+$"}, "model": "main,small"}]}
    layers = [Layer("repo", plain, is_trusted=False), Layer("other", pattern, is_trusted=False)]
    merged = merge(BASE, layers, CATALOG)
    assert merged.router["rules"] == plain["rules"]
    assert merged.problems == ("other: Router.rules: a condition on text may not come from a repository",)
    assert merge(BASE, [Layer("mine", pattern)], CATALOG).router["rules"] == pattern["rules"]
