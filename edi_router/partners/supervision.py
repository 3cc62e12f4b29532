"""What a partner is told each morning and month, and which of its volumes are unusual: parts of a partner file."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from edi_router.calendars import unknown_calendar
from edi_router.config import ConfigNode, Model
from edi_router.faults import Fault
from edi_router.formats.document_type import KindText

BooksFile = Literal["none", "csv", "json"]
"""In which form a partner gets the list of what was exchanged the day before, or that it gets none."""


class Digest(Model):
    """The monthly digest of findings that do not match, for a bureau of origin."""

    format: Literal["csv", "html", "json"] = "csv"
    language: Literal["en", "zh"] = "zh"
    calendar: str | None = None
    """It is sent on the first working day of the month by this calendar; without one on the first from Monday to
    Friday."""


class Daily(Model):
    """Bounds of a day."""

    most: Decimal | None = Field(default=None, ge=0)
    least: Decimal | None = Field(default=None, ge=0)


class Volume(Model):
    """What of a partner's traffic is watched, and when a day of it is unusual."""

    of: KindText | None = None
    """The kind of document that is counted, as `receives` of an agreement names kinds."""
    sum: str | None = Field(default=None, pattern=r"^[a-z0-9-]+/[A-Za-z0-9_-]+$")
    """REGISTER/FIELD instead: a field of the register's entries made by its documents is added up."""
    daily: Daily = Daily()
    usual: Decimal | None = Field(default=None, gt=1, le=1000)
    """More than so many times the average of the days before is unusual, and less than that part of it."""
    days: int = Field(default=7, ge=1, le=60)
    """The average is of so many days."""
    calendar: str | None = None
    """Only its working days are judged, and count as days before; without one all days."""

    @model_validator(mode="after")
    def _some(self) -> Volume:
        if (self.of is None) == (self.sum is None):
            raise ValueError("give one of of and sum")
        if self.usual is None and self.daily.most is None and self.daily.least is None:
            raise ValueError("give a bound: daily or usual")
        return self

    @property
    def what(self) -> str:
        """What is watched, as the file names it."""
        return self.of or self.sum or ""


def lint_supervision(
    digest: Digest | None, volumes: Collection[Volume], node: ConfigNode, calendars: Collection[str]
) -> list[Fault]:
    """The calendars of a partner's digest and volumes must exist."""
    faults: list[Fault] = []
    if digest is not None:
        faults += unknown_calendar(digest.calendar, calendars, node, ["mismatches", "calendar"])
    for index, volume in enumerate(volumes):
        faults += unknown_calendar(volume.calendar, calendars, node, ["volumes", index, "calendar"])
    return faults
