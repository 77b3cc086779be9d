import pytest

from ccr.status.theme import has_colors, has_icons, read_theme

MODULES = [{"type": "model", "text": "{{model}}", "color": "red"}, "junk", {"type": "script", "scriptPath": "a.js"}]


def test_modules_of_the_chosen_style_are_used() -> None:
    theme = read_theme({"currentStyle": "mine", "mine": {"modules": MODULES}}, icons=True)
    assert [(module.text, module.color, module.script) for module in theme.modules] == [
        ("{{model}}", "red", ""),
        ("", "", "a.js"),
    ]
    assert not theme.is_powerline


def test_more_than_five_modules_are_kept() -> None:
    theme = read_theme({"default": {"modules": [{"text": str(n)} for n in range(9)]}}, icons=True)
    assert [module.text for module in theme.modules] == [str(n) for n in range(9)]


@pytest.mark.parametrize("section", [None, {}, [], {"currentStyle": 5}, {"default": {"modules": []}}, {"default": 1}])
def test_default_theme_takes_the_place_of_none(section: object) -> None:
    theme = read_theme(section, icons=False)
    assert [module.text for module in theme.modules][:5] == [
        "{{workDirName}}",
        "{{gitBranch}}",
        "{{model}}",
        "{{inputTokens}}",
        "{{outputTokens}}",
    ]
    assert [module.color for module in theme.modules][:2] == ["bright_blue", "bright_magenta"]


def test_default_powerline_is_white_on_colours() -> None:
    theme = read_theme({"currentStyle": "powerline"}, icons=True)
    assert theme.is_powerline
    assert [(module.color, module.background) for module in theme.modules][:1] == [("white", "bg_bright_blue")]


@pytest.mark.parametrize(
    ("env", "expected"),
    [({}, True), ({"USE_SIMPLE_ICONS": "true"}, False), ({"TERM": "dumb"}, False), ({"TERM": "xterm"}, True)],
)
def test_icons_need_a_font_that_has_them(env: dict[str, str], expected: bool) -> None:
    assert has_icons(env) is expected


@pytest.mark.parametrize(
    ("env", "expected"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"FORCE_COLOR": "0"}, False)],
)
def test_colours_can_be_switched_off(env: dict[str, str], expected: bool) -> None:
    assert has_colors(env) is expected
