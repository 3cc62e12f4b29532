"""Rule files: strict models of a closed language of assertions over paths (`docs/rules.md`).

A *term* is something to look at in a document: the values of a path, a count, a sum. A *condition* is a term
with tests, or conditions joined by `all`, `any` and `not`. A *rule* requires a condition, or forbids it.
"""

from __future__ import annotations

import re
import string
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from edi_router.config import Model, YesNo
from edi_router.config.runaway import runaway
from edi_router.formats.documents import Kind
from edi_router.paths import Path, PathError, Start, parse
from edi_router.rules.check_digits import CHECK_DIGITS
from edi_router.rules.dates import FORMATS

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
ARITHMETIC = ("count", "sum", "product", "total", "distinct")
"""The terms that are one number."""


def _path(value: object) -> object:
    if isinstance(value, Path):
        return value
    try:
        path = parse(value if isinstance(value, str) else "")
    except PathError as error:
        raise ValueError(f"no path: {error}") from None
    if path.start is Start.CONTEXT:
        raise ValueError("a rule reads the document only, no $context")
    return path


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _term(value: object) -> object:
    return {"value": value} if isinstance(value, str) else value


def _condition(value: object) -> object:
    if isinstance(value, str):
        return {"path": value}
    return {"all": value} if isinstance(value, list) else value


PathText = Annotated[Path, BeforeValidator(_path)]
"""A path, written as text."""
Paths = Annotated[tuple[PathText, ...], BeforeValidator(_listed)]
"""A path, or several."""
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""A text, or several."""


def _number(value: str | None) -> str | None:
    if value is not None and not _NUMBER.fullmatch(value):
        raise ValueError("must be a number")
    return value


class _Model(Model):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True
    )


class Text(_Model):
    """What the rule says when it is broken, in both languages.

    `{value}` stands for the offending value, other names in braces for the rule's `values`.
    """

    en: str
    zh: str

    @property
    def names(self) -> frozenset[str]:
        """The names in braces."""
        parts = string.Formatter().parse(self.en + self.zh)
        return frozenset(name for _, name, _, _ in parts if name is not None)


class Term(_Model):
    """Something to look at; one of the first seven keys says what, the others how."""

    path: PathText | None = None
    """The values of a path, seen from the node at hand."""
    item: PathText | None = None
    """The values of a path, seen from the rule's item: of use inside `where`."""
    count: Paths | None = None
    """How many nodes the paths select; empty ones do not count."""
    sum: Paths | None = None
    """The sum of the numbers that the paths select; what is no number adds nothing."""
    distinct: PathText | None = None
    """How many different values the path selects."""
    product: tuple[OperandText, ...] | None = None
    """Several terms multiplied."""
    total: tuple[OperandText, ...] | None = None
    """Several terms added up."""
    where: Annotated[Condition | None, BeforeValidator(_condition)] = None
    """Only the nodes of the path for which this holds; its paths are seen from the node."""
    part: str | None = None
    """Only these characters of each value: `1-4`, or `11-` to the end."""
    split: str | None = None
    """Each value is a list with this separator; its entries are the values."""
    white_space: Literal["trim", "keep", "collapse"] = "trim"
    """White space around a value does not count; with `collapse` white space inside is one space."""

    @field_validator("part")
    @classmethod
    def _part(cls, value: str | None) -> str | None:
        found = re.fullmatch(r"([1-9][0-9]*)-([1-9][0-9]*)?", value or "1-")
        if found is None or (found[2] and int(found[2]) < int(found[1])):
            raise ValueError("must be two positions like 1-4, or 11- to the end")
        return value

    @field_validator("split")
    @classmethod
    def _split(cls, value: str | None) -> str | None:
        if value == "":
            raise ValueError("the separator is empty")
        return value

    @property
    def subject(self) -> str | None:
        """The key that says what is looked at."""
        return next((name for name in self._subjects() if getattr(self, name) is not None), None)

    @classmethod
    def _subjects(cls) -> tuple[str, ...]:
        return ("path", "item", *ARITHMETIC)

    def _check_subject(self) -> None:
        named = [name for name in self._subjects() if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)} together: one of them can be looked at")
        if self.where is not None and not {"path", "item", "count", "sum", "distinct"} & set(named):
            raise ValueError("where: there are no nodes to choose from")


class Operand(Term):
    """What something is compared with: a text as it stands, or a term."""

    value: str | None = None
    today: str | None = None
    """The business date plus so many days: `0`, `-60`, `30`."""

    @classmethod
    def _subjects(cls) -> tuple[str, ...]:
        return ("path", "item", *ARITHMETIC, "value", "today")

    @field_validator("today")
    @classmethod
    def _days(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[-+]?[0-9]{1,5}", value):
            raise ValueError("must be a number of days such as -60")
        return value

    @model_validator(mode="after")
    def _one(self) -> Operand:
        self._check_subject()
        if self.subject is None:
            raise ValueError("nothing to compare with")
        return self


OperandText = Annotated[Operand, BeforeValidator(_term)]
JOINS = ("all", "any", "not_")


class Condition(Term):
    """A term with its tests (all of them must pass), or conditions joined."""

    all: Annotated[tuple[ConditionText, ...], BeforeValidator(_listed)] | None = None
    any: Annotated[tuple[ConditionText, ...], BeforeValidator(_listed)] | None = None
    not_: Annotated[Condition | None, BeforeValidator(_condition)] = Field(default=None, alias="not")

    present: YesNo = False
    absent: YesNo = False
    unique: YesNo = False
    numbered: YesNo = False
    """The values are 1, 2, 3 … in this order."""
    equals: OperandText | None = None
    equals_number: OperandText | None = None
    in_: Texts | None = Field(default=None, alias="in")
    list_: str | None = Field(default=None, alias="list")
    in_numbers: Texts | None = None
    table: str | None = None
    column: str = "code"
    """The column of the table that the value is looked up in."""
    register_: str | None = Field(default=None, alias="register")
    """The value is the key of an entry in this register: one in `states`, else one that is open and not expired."""
    states: Texts | None = None
    matches: str | None = None
    starts_with: str | None = None
    check_digit: str | None = None
    date: Texts | None = None
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    at_least: OperandText | None = None
    at_most: OperandText | None = None
    more_than: OperandText | None = None
    less_than: OperandText | None = None
    tolerance: str = "0"
    """An amount, or a share of the number compared with, as in `0.5%`."""
    not_before: OperandText | None = None
    not_after: OperandText | None = None

    @field_validator("matches")
    @classmethod
    def _regex(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        if value and (problem := runaway(value)) is not None:
            raise ValueError(problem)
        return value

    @field_validator("in_numbers")
    @classmethod
    def _numbers(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for each in value or ():
            _number(each)
        return value

    @field_validator("at_least", "at_most", "more_than", "less_than", "equals_number")
    @classmethod
    def _limit(cls, value: Operand | None) -> Operand | None:
        if value is not None:
            _number(value.value)
        return value

    @field_validator("tolerance")
    @classmethod
    def _tolerance(cls, value: str) -> str:
        _number(value.removesuffix("%"))
        return value

    @field_validator("check_digit")
    @classmethod
    def _check_digit(cls, value: str | None) -> str | None:
        if value is not None and value not in CHECK_DIGITS:
            raise ValueError(f"must be one of {', '.join(CHECK_DIGITS)}")
        return value

    @field_validator("date")
    @classmethod
    def _date(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for each in value or ():
            if each not in FORMATS:
                raise ValueError(f"must be one of {', '.join(FORMATS)}")
        return value

    @property
    def tests(self) -> frozenset[str]:
        """The names of the tests that are asked for."""
        return frozenset(name for name in self.model_fields_set if name not in _NO_TESTS)

    @model_validator(mode="after")
    def _complete(self) -> Condition:
        self._check_subject()
        joins = [name for name in JOINS if getattr(self, name) is not None]
        said = [*joins, *([self.subject] if self.subject is not None else [])]
        if len(said) != 1:
            raise ValueError("needs one of path, item, count, sum, distinct, product, total, all, any, not")
        if joins and (self.tests or {"where", "part", "split", "white_space"} & self.model_fields_set):
            raise ValueError(f"{joins[0].rstrip('_')} stands alone: its tests belong into its conditions")
        if self.states is not None and self.register_ is None:
            raise ValueError("states goes with register")
        if self.absent and self.tests != {"absent"}:
            raise ValueError("absent stands alone: a value that is not there cannot be tested")
        if self.subject in ARITHMETIC:
            if not self.tests:
                raise ValueError(f"a {self.subject} needs a test such as at_least")
            wrong = self.tests - _OF_NUMBERS
            if wrong:
                raise ValueError(f"{min(wrong).rstrip('_')} does not fit a {self.subject}")
        return self


_NO_TESTS = frozenset({*Term.model_fields, *JOINS, "tolerance", "column", "states"})
_OF_NUMBERS = frozenset(
    {"equals", "equals_number", "in_numbers", "at_least", "at_most", "more_than", "less_than"}
)
ConditionText = Annotated[Condition, BeforeValidator(_condition)]
"""A condition; a path alone means that it is present, a list that all of it holds."""


def _several(value: object) -> object:
    return [_condition(each) for each in (value if isinstance(value, list) else [value])]


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(_several)]


class Rule(_Model):
    """One assertion: for each item (or once), when the conditions hold, something is required or forbidden."""

    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    severity: Literal["error", "warning", "info"] = "error"
    text: Text
    each: Paths | None = None
    when: Conditions = ()
    require: Conditions = ()
    forbid: Conditions = ()
    at: PathText | None = None
    """Where the fault stands, seen from the item; otherwise at the offending value, else at the item."""
    values: dict[str, OperandText] = Field(default_factory=dict)
    """More values for the text, by name."""
    note: str = ""

    @model_validator(mode="after")
    def _one(self) -> Rule:
        if bool(self.require) == bool(self.forbid):
            raise ValueError("needs require or forbid, one of them")
        unknown = self.text.names - {"value", *self.values}
        if unknown:
            raise ValueError(f"the text has {{{min(unknown)}}}, which is not among its values")
        return self


class RuleFile(_Model):
    """One rule file."""

    id: str
    for_: Texts = Field(alias="for")
    date: PathText | None = None
    """The date of the document, on which code tables are looked up; otherwise the business date."""
    at: PathText | None = None
    """`at` of every rule that has none."""
    places: Literal["short", "numbered"] = "short"
    """How places in XML are written: `/A/B[2]`, or with prefix and a number at every step."""
    after_schema: YesNo = False
    """Whether only documents are judged in which the checks before found no error."""
    empty: Literal["missing", "present"] = "missing"
    """Whether a node with nothing in it counts as present."""
    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: tuple[Rule, ...]
    note: str = ""

    @field_validator("for_")
    @classmethod
    def _kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            Kind.parse(each)
        return value

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The documents that the rules are for."""
        return tuple(Kind.parse(each) for each in self.for_)


def described(value: Any) -> str:
    """How a condition's subject is named in a fault: its path, or the kind of number it is."""
    path = getattr(value, "path", None) or getattr(value, "item", None)
    return str(path) if path is not None else str(getattr(value, "subject", None) or "")
