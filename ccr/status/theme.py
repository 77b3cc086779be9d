"""What a status line is made of: the modules that the configuration gives, else those of the built-in themes."""

from collections.abc import Iterator

from ccr.status.value import Json, mapping, member, text

POWERLINE = "powerline"

_USUAL = (
    ("workDir", "{{workDirName}}", "blue"),
    ("gitBranch", "{{gitBranch}}", "magenta"),
    ("model", "{{model}}", "cyan"),
    ("usage", "{{inputTokens}}", "green"),
    ("usage", "{{outputTokens}}", "yellow"),
    # Only shown where there is a router to tell.
    ("route", "{{route}}", "white"),
    ("fallback", "{{fallback}}", "red"),
    ("cache", "{{cacheHit}}", "green"),
    ("cost", "{{sessionCost}}", "yellow"),
)
_ICONS = ("\U000f024b", "\ue0a0", "\U000f06a9", "↑", "↓", "→", "⚠", "⚡", "")
_SIMPLE_ICONS = ("", "", "", "↑", "↓", "->", "!", "cache", "")


class Module:
    """One part of the line. `text` has `{{placeholders}}`; a `script` is called instead."""

    __slots__ = ("background", "color", "icon", "options", "script", "text")

    def __init__(self, *, text: str, icon: str, color: str, background: str, script: str, options: Json) -> None:
        self.text = text
        self.icon = icon
        self.color = color
        self.background = background
        self.script = script
        self.options = options


class Theme:
    """A way to render, and the modules to render."""

    __slots__ = ("is_powerline", "modules")

    def __init__(self, modules: list[Module], *, is_powerline: bool) -> None:
        self.modules = modules
        self.is_powerline = is_powerline


def read_theme(section: object, *, icons: bool) -> Theme:
    """Return the theme that a `StatusLine` section chooses. `icons`: the terminal's font has the usual symbols."""
    style = text(section, "currentStyle") or "default"
    given = member(section, style, "modules")
    modules = list(_read(given)) if isinstance(given, list) else []
    if not modules:
        modules = list(_built_in(powerline=style == POWERLINE, icons=icons))
    return Theme(modules, is_powerline=style == POWERLINE)


def has_icons(env: dict[str, str]) -> bool:
    """Say whether symbols of icon fonts may be used: unless the user or a poor terminal says otherwise."""
    return env.get("USE_SIMPLE_ICONS", "").lower() != "true" and env.get("TERM") not in ("dumb", "unknown")


def has_colors(env: dict[str, str]) -> bool:
    """Say whether colours may be used. There is no terminal to ask: Claude Code reads the line and shows it."""
    return not env.get("NO_COLOR") and env.get("FORCE_COLOR") != "0" and env.get("TERM") != "dumb"


def _read(modules: list[object]) -> Iterator[Module]:
    for item in modules:
        if isinstance(item, dict):
            is_script = text(item, "type") == "script"
            yield Module(
                text=text(item, "text"),
                icon=text(item, "icon"),
                color=text(item, "color"),
                background=text(item, "background"),
                script=text(item, "scriptPath") if is_script else "",
                options=mapping(item, "options"),
            )


def _built_in(*, powerline: bool, icons: bool) -> Iterator[Module]:
    for (_, template, color), icon in zip(_USUAL, _ICONS if icons else _SIMPLE_ICONS, strict=True):
        yield Module(
            text=template,
            icon=icon,
            color="white" if powerline else f"bright_{color}",
            background=f"bg_bright_{color}" if powerline and color != "white" else "bg_blue" if powerline else "",
            script="",
            options={},
        )
