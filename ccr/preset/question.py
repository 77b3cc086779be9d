"""What a preset asks its user: the items of `schema`, when they are asked, in which order, which answers they take."""

import re
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, get_args

import msgspec

from ccr.errors import ConfigError

Answers = Mapping[str, Any]
Catalog = Mapping[str, Sequence[str]]
"""The configured providers and their models, for questions that let one choose among them."""

Kind = Literal["password", "input", "select", "multiselect", "confirm", "editor", "number"]
Operator = Literal["eq", "ne", "in", "nin", "gt", "lt", "gte", "lte", "exists"]

REFERENCE = re.compile(r"#\{([^}]+)\}|\{\{\s*([^}\s]+)\s*\}\}")
"""`#{id}`, or `{{id}}` as the original's own examples have it."""


class Choice(msgspec.Struct, frozen=True):
    """One option of a question."""

    label: str
    value: Any
    disabled: bool = False


class Condition(msgspec.Struct, frozen=True):
    """Holds or not, by the answer to `field`."""

    field: str
    operator: Operator = "eq"
    value: Any = None

    def holds(self, answers: Answers) -> bool:
        """Say whether it holds; an order between things that have none doesn't."""
        given = answers.get(self.field)
        if self.operator == "exists":
            return (given not in (None, "")) is not (self.value is False)
        if self.operator in ("in", "nin"):
            wanted = self.value if isinstance(self.value, list) else [self.value]
            return (given in wanted) is (self.operator == "in")
        if self.operator in ("eq", "ne"):
            return (given == self.value) is (self.operator == "eq")
        return _compare(given, self.operator, self.value)


class Question(msgspec.Struct, frozen=True):
    """One item of `schema`."""

    id: str
    kind: Kind = "password"
    label: str = ""
    placeholder: str = ""
    options: Any = None
    when: tuple[Condition, ...] = ()
    default: Any = None
    required: bool = True
    validator: str = ""
    least: float | None = None
    most: float | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What to ask."""
        return self.label or self.id

    def is_asked(self, answers: Answers) -> bool:
        """Say whether it is asked at all, after what has been answered so far."""
        return all(condition.holds(answers) for condition in self.when)

    def choices(self, answers: Answers, catalog: Catalog) -> list[Choice]:
        """Return what there is to choose from; nothing if any answer goes."""
        options = self.options
        source = options.get("type", "static") if isinstance(options, dict) else "static"
        if source == "providers":
            return [Choice(name, name) for name in catalog]
        if source == "models":
            found = REFERENCE.search(str(options.get("providerField", "")))
            provider = answers.get(found[1] or found[2]) if found else None
            names = catalog.get(str(provider), ()) if found else [m for models in catalog.values() for m in models]
            return [Choice(name, name) for name in names]
        listed = options.get("options") if isinstance(options, dict) else options
        return [choice for item in listed or () if not (choice := _choice(item)).disabled]

    def accept(self, answer: Any, choices: Sequence[Choice] = ()) -> Any:
        """Return the answer as the value it stands for. Raises ValueError that says what is wrong with it."""
        if answer in (None, "", []):
            if self.required:
                raise ValueError(f"{self.text} is needed")
            return answer
        if self.kind == "confirm":
            return _truth(answer)
        if self.kind == "number":
            return self._number(answer)
        if self.kind == "multiselect":
            given = answer if isinstance(answer, list) else [word.strip() for word in str(answer).split(",")]
            return [_chosen(item, choices) for item in given]
        if self.kind == "select":
            return _chosen(answer, choices)
        if self.validator and not re.search(self.validator, str(answer)):
            raise ValueError(f"{self.text} must match {self.validator}")
        return str(answer)

    def _number(self, answer: Any) -> float:
        try:
            number = float(answer)
        except (TypeError, ValueError):
            raise ValueError(f"{self.text} must be a number") from None
        if self.least is not None and number < self.least:
            raise ValueError(f"{self.text} must be at least {self.least:g}")
        if self.most is not None and number > self.most:
            raise ValueError(f"{self.text} must be at most {self.most:g}")
        return int(number) if number.is_integer() else number


def read_questions(raw: Any) -> tuple[Question, ...]:
    """Return the items of a manifest's `schema` in the order in which they are asked. Raises ConfigError."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise ConfigError("schema: must be a list of questions")
    return ordered([_question(item, f"schema[{index}]") for index, item in enumerate(raw)])


def read_conditions(raw: Any, path: str) -> tuple[Condition, ...]:
    """Return the conditions of a `when`: one, or a list that must all hold. Raises ConfigError."""
    items = raw if isinstance(raw, list) else [] if raw is None else [raw]
    try:
        return tuple(msgspec.convert(item, Condition) for item in items)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from None


def ordered(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions so that each comes after those it depends on. Raises ConfigError for a circle."""
    by_id = {question.id: question for question in questions}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for question in questions:
        sorter.add(question.id, *(name for name in _needs(question) if name in by_id and name != question.id))
    try:
        return tuple(by_id[name] for name in sorter.static_order())
    except CycleError as error:
        raise ConfigError(f"schema: these questions wait for each other: {' -> '.join(error.args[1])}") from None


def _needs(question: Question) -> list[str]:
    field = question.options.get("providerField", "") if isinstance(question.options, dict) else ""
    found = REFERENCE.search(str(field))
    conditions = [condition.field for condition in question.when]
    return [*question.depends_on, *conditions, *([found[1] or found[2]] if found else [])]


def _question(item: Any, path: str) -> Question:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not item["id"]:
        raise ConfigError(f"{path}: a question needs an id")
    kind = item.get("type", "password")
    if kind not in get_args(Kind):
        raise ConfigError(f"{path}.type: there is no {kind!r}; there is {', '.join(get_args(Kind))}")
    validator = item.get("validator") if isinstance(item.get("validator"), str) else ""
    try:
        re.compile(validator or "")
    except re.error as error:
        raise ConfigError(f"{path}.validator: is no pattern: {error}") from None
    return Question(
        id=item["id"],
        kind=kind,
        label=str(item.get("label") or item.get("prompt") or ""),
        placeholder=str(item.get("placeholder") or ""),
        options=item.get("options"),
        when=read_conditions(item.get("when"), f"{path}.when"),
        default=item.get("defaultValue"),
        required=item.get("required") is not False,
        validator=validator or "",
        least=_limit(item.get("min")),
        most=_limit(item.get("max")),
        depends_on=tuple(map(str, item.get("dependsOn") or ())),
    )


def _limit(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _choice(item: Any) -> Choice:
    if not isinstance(item, dict):
        return Choice(str(item), item)
    value = item.get("value", item.get("label"))
    return Choice(str(item.get("label", value)), value, item.get("disabled") is True)


def _chosen(answer: Any, choices: Sequence[Choice]) -> Any:
    for choice in choices:
        if answer == choice.value or str(answer) in (str(choice.value), choice.label):
            return choice.value
    if choices:
        raise ValueError(f"{answer!r} is not one of {', '.join(str(choice.value) for choice in choices)}")
    return answer


def _truth(answer: Any) -> bool:
    word = str(answer).strip().lower()
    if word in ("true", "yes", "y", "1", "on"):
        return True
    if word in ("false", "no", "n", "0", "off"):
        return False
    raise ValueError(f"{answer!r} is neither yes nor no")


def _compare(given: Any, operator: Operator, wanted: Any) -> bool:
    try:
        left, right = float(given), float(wanted)
    except (TypeError, ValueError):
        return False
    return {"gt": left > right, "lt": left < right, "gte": left >= right, "lte": left <= right}[operator]
