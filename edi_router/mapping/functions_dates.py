"""Value functions for dates and times (see `dates`)."""

from __future__ import annotations

import datetime

from edi_router.mapping import dates
from edi_router.mapping.dates_given import given_problem, read_given
from edi_router.mapping.registry import Kind, function

_GIVEN = "=>"
"""Between the form that a date is given in and the one to write."""


def _problem(argument: str) -> str | None:
    given, arrow, pattern = argument.partition(_GIVEN)
    if not arrow:
        return dates.pattern_problem(argument)
    return given_problem(given) or dates.pattern_problem(pattern)


@function(
    Kind.DATED,
    pattern=r".+",
    form="a pattern such as yyyy-MM-dd, or GIVEN=>PATTERN",
    optional=True,
    checker=_problem,
)
def date(value: str, argument: str = "yyyyMMdd", code: str = "", zone: datetime.tzinfo | None = None) -> str:
    """The date or time in a pattern (yyyyMMdd unless told); its form is told before `=>`, or read from 2379, else its shape.

    >>> date("201607011530", code="203")
    '20160701'
    >>> date("20160701", "yyyy-MM-dd")
    '2016-07-01'
    >>> date("1.7.2016", "d.M.yyyy=>yyyy-MM-dd")
    '2016-07-01'
    """
    given, arrow, pattern = argument.partition(_GIVEN)
    if arrow:
        return dates.write_moment(read_given(value, given), pattern)
    moment = dates.read_moment(value, code)
    lost = dates.lost_zone(moment, argument, zone)
    if lost is not None:
        raise ValueError(
            f"it is in the zone {lost}, which the pattern leaves out: add XXX, or `local` before `date`"
        )
    return dates.write_moment(moment, argument)


@function(Kind.DATED)
def local(value: str, _: str = "", code: str = "", zone: datetime.tzinfo | None = None) -> str:
    """The date and time in the business zone; one that says no zone is taken to be in it.

    >>> local("2016-07-01T23:30:00Z", zone=datetime.timezone(datetime.timedelta(hours=8)))
    '2016-07-02T07:30:00.000+08:00'
    """
    moment = dates.in_zone(dates.read_moment(value, code), zone or datetime.UTC)
    return moment.isoformat(timespec="milliseconds")


@function(pattern=r"-?[0-9]{1,4}", form="a number of days")
def days(value: str, argument: str) -> str:
    """The day so many days later, as yyyyMMdd.

    >>> days("2026-03-14", "60")
    '20260513'
    """
    return dates.write_moment(dates.later(dates.read_moment(value), int(argument)), "yyyyMMdd")
