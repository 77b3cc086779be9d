"""From a manifest and its user's answers to a configuration."""

import re
from collections.abc import Mapping
from typing import Any

from ccr.errors import ConfigError
from ccr.preset.manifest import SETTINGS, Json, Manifest
from ccr.preset.question import REFERENCE, Answers, Catalog, Question

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
LONGEST_LIST = 100
"""An index beyond this in a path is a mistake, not a wish for so many entries."""


def complete(manifest: Manifest, given: Answers, catalog: Catalog) -> Json:
    """Return the checked answers to all questions that are asked, defaults filled in.

    Answers to questions that are not asked are left out. Raises ConfigError that names what is missing or wrong.
    """
    answers: Json = {}
    wrong: list[str] = []
    for question in manifest.questions:
        if not question.is_asked(answers):
            continue
        try:
            answers[question.id] = question.accept(
                given.get(question.id, default_of(question)), question.choices(answers, catalog)
            )
        except ValueError as error:
            wrong.append(f"{question.id}: {error}")
    if wrong:
        raise ConfigError("\n".join(wrong))
    return answers


def default_of(question: Question) -> Any:
    """Return what an unanswered question counts as; a question of yes or no counts as no."""
    return False if question.default is None and question.kind == "confirm" else question.default


def apply(manifest: Manifest, answers: Answers) -> Json:
    """Return the configuration that a manifest makes with complete answers. Raises ConfigError for a wrong path."""
    if manifest.template is not None:
        config = fill(manifest.template, answers)
    else:
        ids = {question.id for question in manifest.questions}
        config = fill({key: value for key, value in manifest.config.items() if key not in ids}, answers)
    for mapped in manifest.mappings:
        if all(condition.holds(answers) for condition in mapped.when):
            put(config, mapped.target, fill(mapped.value, answers))
    for name, value in answers.items():
        if "." in name or "[" in name:
            put(config, name, value)
    return {key: value for key, value in config.items() if key in SETTINGS}


def fill(value: Any, answers: Answers) -> Any:
    """Return a copy with every `#{id}` replaced. A text that is nothing but a reference becomes the answer itself."""
    if isinstance(value, str):
        whole = REFERENCE.fullmatch(value.strip())
        if whole:
            given = answers.get(whole[1] or whole[2])
            return "" if given is None else given
        return REFERENCE.sub(lambda match: _text(answers.get(match[1] or match[2], "")), value)
    if isinstance(value, Mapping):
        return {key: fill(item, answers) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, answers) for item in value]
    return value


def put(config: Json, path: str, value: Any) -> None:
    """Set what is at a path such as `Providers[0].api_key`, making what is missing. Raises ConfigError."""
    steps: list[str | int] = [match[1] or int(match[2]) for match in _STEP.finditer(path)]
    if not steps or isinstance(steps[0], int):
        raise ConfigError(f"{path!r} is no path into a configuration")
    here: Any = config
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        _make_room(here, step, path)
        if following is None:
            here[step] = value
            return
        if not isinstance(here[step], dict | list):
            here[step] = [] if isinstance(following, int) else {}
        here = here[step]


def _make_room(here: Any, step: str | int, path: str) -> None:
    if isinstance(step, int) != isinstance(here, list) or (isinstance(step, int) and step > LONGEST_LIST):
        raise ConfigError(f"{path!r} doesn't fit the preset's configuration")
    if isinstance(step, int):
        here.extend({} for _ in range(step + 1 - len(here)))
    else:
        here.setdefault(step, None)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
