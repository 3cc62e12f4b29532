"""Spans of time as partner files give them: how long something may take, and which answers are expected."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, model_validator

from edi_router.config import Model
from edi_router.formats.answer import Level
from edi_router.formats.document_type import KindText
from edi_router.formats.documents import Kind


class Span(Model):
    """A span of time."""

    days: int = Field(default=0, ge=0, le=3660)
    hours: int = Field(default=0, ge=0, le=9999)
    minutes: int = Field(default=0, ge=0, le=9999)
    seconds: int = Field(default=0, ge=0, le=9999)

    @model_validator(mode="after")
    def _some(self) -> Span:
        if not self.time:
            raise ValueError("needs days, hours, minutes or seconds")
        return self

    @property
    def time(self) -> timedelta:
        """How long it is."""
        return timedelta(days=self.days, hours=self.hours, minutes=self.minutes, seconds=self.seconds)


class Limit(Span):
    """How long a step may take: by the wall clock, or in the open hours of a calendar."""

    calendar: str | None = None
    """The calendar, a name below `schemas/calendars/`, whose open time counts; without one all time does."""
    warn: int = Field(default=80, ge=1, le=100)
    """The percentage of the time after which it is warned."""


class Expected(Model):
    """An acknowledgement that a partner gives to what we send it."""

    of: KindText
    """The kind of document that is acknowledged, as `receives` of an agreement names kinds."""
    level: Level
    within: Limit
    """From the delivery on."""
    note: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of document that is acknowledged."""
        return Kind.parse(self.of)
