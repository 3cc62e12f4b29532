"""Rule files: strict models of assertions over paths."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from edi_router.config import Model, YesNo
from edi_router.formats.documents import Kind
from edi_router.paths import Node, Path, PathError, Start, parse
from edi_router.rules.check_digits import CHECK_DIGITS


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


PathText = Annotated[Path, BeforeValidator(_path)]
"""A path, written as text."""


class _Model(Model):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True
    )


class Text(_Model):
    """What the rule says when it is broken, in both languages; `{value}` stands for the offending value."""

    en: str
    zh: str


class Condition(_Model):
    """The path has a value; is one of some texts; or, with `absent`, has no value."""

    path: PathText
    equals: str | None = None
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    absent: YesNo = False

    def holds(self, node: Node) -> bool:
        """Whether the condition holds at the node."""
        if self.equals is None and self.in_ is None:
            return self.path.has_value(node) is not self.absent
        wanted = self.in_ if self.in_ is not None else (self.equals,)
        return any(value in wanted for value, _ in self.path.values(node))


def _requirement(value: object) -> object:
    return {value: "yes"} if isinstance(value, str) else value


class Requirement(_Model):
    """What must hold for every value of the path (all that is said); `present` and `absent` for the path."""

    present: YesNo = False
    absent: YesNo = False
    matches: str | None = None
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    table: str | None = None
    length: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    at_least: str | None = None
    at_most: str | None = None
    more_than: str | None = None
    equals: PathText | None = None
    equals_sum: PathText | None = None
    equals_count: PathText | None = None
    tolerance: str = "0"
    unique: YesNo = False
    check_digit: str | None = None

    @field_validator("matches")
    @classmethod
    def _regex(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return value

    @field_validator("at_least", "at_most", "more_than", "tolerance")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?%?", value):
            raise ValueError("must be a number")
        return value

    @field_validator("check_digit")
    @classmethod
    def _check_digit(cls, value: str | None) -> str | None:
        if value is not None and value not in CHECK_DIGITS:
            raise ValueError(f"must be one of {', '.join(CHECK_DIGITS)}")
        return value

    @model_validator(mode="after")
    def _something(self) -> Requirement:
        if not self.model_fields_set - {"tolerance"}:
            raise ValueError("nothing is required")
        return self


def _condition(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


def _conditions(value: object) -> object:
    return [_condition(each) for each in (value if isinstance(value, list) else [value])]


class Rule(_Model):
    """One assertion: for each item (or once), when the conditions hold, the values of `path` fulfil it."""

    code: str
    severity: Literal["error", "warning", "info"] = "error"
    text: Text
    each: PathText | None = None
    when: Annotated[tuple[Condition, ...], BeforeValidator(_conditions)] = ()
    path: PathText
    require: Annotated[Requirement, BeforeValidator(_requirement)]
    note: str = ""


class RuleFile(_Model):
    """One rule file."""

    id: str
    for_: str = Field(alias="for")
    rules: tuple[Rule, ...]
    note: str = ""

    @field_validator("for_")
    @classmethod
    def _kind(cls, value: str) -> str:
        Kind.parse(value)
        return value

    @property
    def kind(self) -> Kind:
        """The documents that the rules are for."""
        return Kind.parse(self.for_)


Test = Callable[[str], bool]
