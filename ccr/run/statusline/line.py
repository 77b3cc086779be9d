"""The whole line: reads what it needs, no more, and renders it."""

from ccr.run.statusline.branch import branch
from ccr.run.statusline.router import ask
from ccr.run.statusline.setup import Setup, read_setup
from ccr.status.render import Segment, plain, powerline
from ccr.status.theme import Module, has_colors, has_icons, read_theme
from ccr.status.transcript import last_reply
from ccr.status.value import Json, text
from ccr.status.variable import Sources, filled, variables
from ccr.store.tail import newest_lines


def line(status: Json, env: dict[str, str], *, config: str | None = None, preset: str = "") -> str:
    """Return the status line for the JSON that Claude Code gives; a preset's look goes before that of `config`."""
    folder = text(status, "workspace", "current_dir") or text(status, "cwd")
    setup = read_setup(env, config=config, preset=preset, project=folder)
    theme = read_theme(setup.section, icons=has_icons(env))
    values = variables(_sources(status, setup, folder))
    scripts = _scripts(theme.modules, values, folder=setup.folder)
    segments = [segment for module in theme.modules if (segment := _segment(module, values, scripts))]
    render = powerline if theme.is_powerline else plain
    # One line is all that Claude Code shows of it.
    return " ".join(render(segments, colored=has_colors(env)).split("\n")).strip("\r")


def _scripts(modules: list[Module], values: dict[str, str], *, folder: str) -> dict[str, str]:
    if not any(module.script for module in modules):
        return {}
    from ccr.run.statusline.script import outputs

    return outputs(modules, values, folder=folder)


def _sources(status: Json, setup: Setup, folder: str) -> Sources:
    return Sources(
        status,
        reply=last_reply(newest_lines(text(status, "transcript_path"))) or {},
        session=ask(setup.base_url, token=setup.token, session=text(status, "session_id")),
        default=setup.default,
        branch=branch(folder),
    )


def _segment(module: Module, values: dict[str, str], scripts: dict[str, str]) -> Segment | None:
    """Return a module's segment; None if it has nothing to say, even if it has an icon."""
    shown = scripts.get(module.script, "") if module.script else filled(module.text, values)
    if not shown.strip():
        return None
    words = f"{filled(module.icon, values)} {shown}" if module.icon else shown
    return Segment(words, filled(module.color, values), filled(module.background, values))
