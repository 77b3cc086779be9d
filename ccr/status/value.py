"""Reads members of foreign JSON without trusting its shape. Imports nothing: the status line must be quick."""

Json = dict[str, object]


def member(value: object, *path: str) -> object:
    """Return what is at `path` inside nested objects, None if there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *path: str) -> str:
    """Return the text at `path`, empty if there is none."""
    found = member(value, *path)
    return found if isinstance(found, str) else ""


def number(value: object, *path: str) -> float:
    """Return the number at `path`, 0 if there is none."""
    found = member(value, *path)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    # NaN and the infinities, which Python's parser lets pass, are no figures to show.
    return float(found) if is_number and abs(float(found)) < 1e18 else 0.0  # type: ignore[arg-type]


def mapping(value: object, *path: str) -> Json:
    """Return the object at `path`, empty if there is none."""
    found = member(value, *path)
    return found if isinstance(found, dict) else {}
