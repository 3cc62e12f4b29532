"""Beside paths and tables: calendars of opening hours and working days, and schedules. No clock is asked."""

from edi_router.calendars.calendar import Calendar, NeverOpen, SpanLike
from edi_router.calendars.cron import Cron, parse_cron
from edi_router.calendars.load import (
    calendar_names,
    load_calendar,
    load_calendars,
    read_calendar,
    unknown_calendar,
)
from edi_router.calendars.schedule import NeverFires, Schedule, Timetable

__all__ = [
    "Calendar",
    "Cron",
    "NeverFires",
    "NeverOpen",
    "Schedule",
    "SpanLike",
    "Timetable",
    "calendar_names",
    "load_calendar",
    "load_calendars",
    "parse_cron",
    "read_calendar",
    "unknown_calendar",
]
