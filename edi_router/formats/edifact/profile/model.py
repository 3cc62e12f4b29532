"""The file of a profile, as an integrator copies it from an implementation guide: lines, then dependencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator

from edi_router.config import Model
from edi_router.formats.documents import Kind

_FORM = re.compile(r"(an|a|n)(?:(\d+)?\.\.)?(\d+)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?|-?[.,]\d+")
_UNCOUNTED = str.maketrans("", "", "-.,")
_DIGIT = re.compile(r"\d")


class Status(StrEnum):
    """What guides write into the column "status"."""

    MANDATORY = "M"
    REQUIRED = "R"
    DEPENDENT = "D"
    OPTIONAL = "O"
    NOT_USED = "X"

    @property
    def needed(self) -> bool:
        """Whether the part must stand there."""
        return self in (Status.MANDATORY, Status.REQUIRED)


class DependencyKind(StrEnum):
    """The dependency notes of UN/EDIFACT (ISO 9735-1, "dependency identifier")."""

    ONE = "D1"
    """One and only one."""
    ALL_OR_NONE = "D2"
    AT_LEAST_ONE = "D3"
    AT_MOST_ONE = "D4"
    IF_FIRST_ALL = "D5"
    IF_FIRST_ANY = "D6"
    IF_FIRST_NONE = "D7"


@dataclass(frozen=True, slots=True)
class Form:
    """A representation: ``an..18``, ``n8``, and beyond the directories' own notation ``an3..18``."""

    text: str
    kind: str
    low: int
    high: int

    @classmethod
    def parse(cls, text: str) -> Form:
        """Read the notation; ValueError otherwise.

        >>> Form.parse("an3..18")
        Form(text='an3..18', kind='an', low=3, high=18)
        >>> Form.parse("n8").low
        8
        """
        match = _FORM.fullmatch(text)
        if match is None or int(match[3]) < 1:
            raise ValueError("must be like an..35, n8, a3 or an3..18")
        high = int(match[3])
        low = int(match[2] or 0) if ".." in text else high
        if low > high:
            raise ValueError(f"the least length {low} is above the greatest {high}")
        return cls(text, match[1], low, high)

    def length(self, value: str) -> int:
        """Its characters; of a number its digits only (ISO 9735-1: sign and decimal mark do not count)."""
        return len(value.translate(_UNCOUNTED)) if self.kind == "n" else len(value)

    def code(self, value: str) -> str | None:
        """The fault code for a value that has not this form."""
        if self.kind == "n" and not _NUMBER.fullmatch(value):
            return "profile-type"
        if self.kind == "a" and _DIGIT.search(value):
            return "profile-type"
        length = self.length(value)
        if length > self.high:
            return "profile-too-long"
        return "profile-too-short" if length < self.low else None


def _line(value: object) -> object:
    return {"status": value} if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Line(Model):
    """What the guide says of one part; `status` alone may stand for the whole line."""

    status: Status = Status.OPTIONAL
    max: int | None = Field(default=None, ge=1)
    form: str | None = None
    codes: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    note: str = ""

    @field_validator("status", mode="before")
    @classmethod
    def _status(cls, value: object) -> object:
        if value not in tuple(Status):
            raise ValueError("must be M, R, D, O or X")
        return value

    @field_validator("form")
    @classmethod
    def _form(cls, value: str | None) -> str | None:
        if value is not None:
            Form.parse(value)
        return value

    @model_validator(mode="after")
    def _alone(self) -> Line:
        if self.status is Status.NOT_USED and (self.max or self.form or self.codes):
            raise ValueError(
                "status X says that the part is not used; max, form and codes cannot hold for it"
            )
        return self


class Dependency(Model):
    """One dependency note: which of several parts may, or must, stand together."""

    kind: DependencyKind
    in_: str = Field(default="", alias="in")
    """The group or segment it is asked in, every time; the message where it is left out."""
    of: tuple[str, ...] = Field(min_length=1)
    """Paths seen from there; one that begins with `/` is seen from the message."""
    note: str = ""

    @field_validator("kind", mode="before")
    @classmethod
    def _kind(cls, value: object) -> object:
        if value not in tuple(DependencyKind):
            raise ValueError("must be one of D1 to D7")
        return value

    @field_validator("of")
    @classmethod
    def _several(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) == 1 or len(set(value)) < len(value):
            raise ValueError("must name two or more different parts")
        return value


class ProfileFile(Model):
    """One `schemas/profiles/<id>.yaml`."""

    profile: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    """Its id; the file is named after it."""
    for_: str = Field(alias="for")
    """The message with its directory, such as ``CUSDEC D96B``."""
    note: str = ""
    lines: dict[str, Annotated[Line, BeforeValidator(_line)]] = Field(default={})
    """By path, in any order."""
    dependencies: tuple[Dependency, ...] = ()

    @field_validator("for_")
    @classmethod
    def _for(cls, value: str) -> str:
        kind = Kind.parse(value)
        if kind.format != "edifact" or kind.qualifier is None:
            raise ValueError("must name a message and its directory, like `CUSDEC D96B`")
        return value
