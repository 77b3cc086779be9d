"""Puts the parts of a status line together: in plain colours, or as the arrows of a powerline."""

from ccr.status import color as colors
from ccr.status.color import BLACK, RESET, WHITE, Color, switch

ARROW = "\ue0b0"
USUAL_BACKGROUND: Color = (33, 150, 243)


class Segment:
    """A text and its colours, by their names."""

    __slots__ = ("background", "color", "text")

    def __init__(self, text: str, color: str = "", background: str = "") -> None:
        self.text = text
        self.color = color
        self.background = background


def plain(segments: list[Segment], *, colored: bool) -> str:
    """Return the segments with a blank between them."""
    return " ".join(_painted(segment) if colored else segment.text for segment in segments)


def powerline(segments: list[Segment], *, colored: bool) -> str:
    """Return the segments as coloured blocks that point at each other."""
    if not colored:
        return f" {ARROW} ".join(segment.text for segment in segments)
    backgrounds = [colors.parse(segment.background) for segment in segments]
    line = ""
    for index, (segment, background) in enumerate(zip(segments, backgrounds, strict=True)):
        shown = USUAL_BACKGROUND if background is None else background
        front = WHITE if background is None else colors.parse(segment.color)
        line += f"{switch(shown, background=True)}{switch(WHITE if front is None else front)} {segment.text} {RESET}"
        if index + 1 < len(segments):
            following = backgrounds[index + 1]
            behind = BLACK if following is None and not segments[index + 1].background else following
            line += _arrow(shown, USUAL_BACKGROUND if behind is None else behind)
    return line


def _painted(segment: Segment) -> str:
    switches = switch(colors.parse(segment.background), background=True) + switch(colors.parse(segment.color))
    return f"{switches}{segment.text}{RESET}" if switches else segment.text


def _arrow(color: Color, background: Color) -> str:
    return f"{switch(color)}{switch(background, background=True)}{ARROW}{RESET}"
