"""Dates and times: from the forms of data element 2379, of ISO 8601 and of Chinese messages, to a pattern."""

from __future__ import annotations

import datetime
import re

FORMS = {
    "2": "ddMMyy", "3": "MMddyy", "4": "ddMMyyyy", "5": "ddMMyyyyHHmm",
    "101": "yyMMdd", "102": "yyyyMMdd", "103": "yywwe", "105": "yyDDD",
    "201": "yyMMddHHmm", "202": "yyMMddHHmmss", "203": "yyyyMMddHHmm", "204": "yyyyMMddHHmmss",
    "205": "yyyyMMddHHmm", "206": "yyMMddHHmm", "207": "yyMMddHHmmss", "208": "yyyyMMddHHmmss",
    "301": "yyMMddHHmm", "302": "yyMMddHHmmss", "303": "yyyyMMddHHmm", "304": "yyyyMMddHHmmss",
    "307": "yyyyMMddHHmmssSSS", "602": "yyyy", "609": "yyMM", "610": "yyyyMM",
    "711": "yyyyMMdd", "713": "yyMMddHHmm", "717": "yyMMdd", "718": "yyyyMMdd", "719": "yyyyMMddHHmm",
}  # fmt: skip
"""Format codes of data element 2379 by pattern; a period (7xx) counts by its beginning."""

_BY_LENGTH = {
    6: "yyMMdd",
    8: "yyyyMMdd",
    10: "yyMMddHHmm",
    12: "yyyyMMddHHmm",
    14: "yyyyMMddHHmmss",
    16: "yyyyMMddHHmmssSS",
    17: "yyyyMMddHHmmssSSS",
}
_ZONED = ("205", "206", "207", "208", "301", "302", "303", "304")
"""Forms with a time zone behind: ZHHMM, as in +0800, or ZZZ, as in +08 or UTC."""
_PERIODS = ("711", "713", "717", "718", "719")
_WIDTH = {
    "yyyy": 4,
    "yy": 2,
    "MM": 2,
    "dd": 2,
    "HH": 2,
    "mm": 2,
    "ss": 2,
    "SSS": 3,
    "SS": 2,
    "ww": 2,
    "e": 1,
    "DDD": 3,
}
_TOKEN = re.compile(r"yyyy|yy|MM|dd|HH|mm|ss|SSS|SS|XXX|ww|e|DDD")
_ISO = re.compile(
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})|(?P<month2>\d{2})(?P<day2>\d{2})(?=[T ]|Z|[+-]\d))"
    r"(?:[T ](?:"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"|(?P<hour2>\d{2})(?:(?P<minute2>\d{2})(?:(?P<second2>\d{2})(?:[.,](?P<part2>\d{1,9}))?)?)?"
    r"))?"
    r"\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
"""A date or moment of ISO 8601, the basic and extended forms of date and time in any mixture."""
_OFFSET = re.compile(r"([+-])(\d{2})(?::?(\d{2}))?")
FARTHEST = 14
"""Hours that a zone may lie from UTC."""
_OUTPUT = re.compile(r"'([^']*)'|(yyyy|yy|MM|dd|HH|mm|ss|SSS|XXX)|([A-Za-z])|(.)", re.DOTALL)


def read_moment(value: str, code: str = "") -> datetime.datetime:
    """The moment that `value` writes, in the format `code` of 2379, else as its shape tells.

    A year of two digits means 1969 to 2068. What a code writes that is not among `FORMS` (a time of day, a
    week, two months) is never guessed from its length: it would be some other day. Raises ValueError.

    >>> read_moment("20160701", "102")
    datetime.datetime(2016, 7, 1, 0, 0)
    >>> read_moment("1607011530", "201")
    datetime.datetime(2016, 7, 1, 15, 30)
    >>> read_moment("2016-07-01 15:30:00")
    datetime.datetime(2016, 7, 1, 15, 30)
    >>> read_moment("20160701T15:30:00")
    datetime.datetime(2016, 7, 1, 15, 30)
    >>> str(read_moment("201607011530+0800", "205"))
    '2016-07-01 15:30:00+08:00'
    >>> read_moment("2016070115300050")
    datetime.datetime(2016, 7, 1, 15, 30, 0, 500000)
    >>> read_moment("20160701-20160731", "718")
    datetime.datetime(2016, 7, 1, 0, 0)
    """
    text = value.strip()
    if match := _ISO.fullmatch(text):
        return _from_iso(match)
    if code.isdigit() and code not in FORMS:
        raise ValueError(f"format {code} is none of those that are read as a date")
    pattern = FORMS.get(code) or _BY_LENGTH.get(len(text))
    if pattern is None:
        raise ValueError("no known form of a date")
    width = sum(_WIDTH[token] for token in _TOKEN.findall(pattern))
    digits = text[:width] if code in _PERIODS or code in _ZONED else text
    if len(digits) != width or not (digits.isascii() and digits.isdigit()):
        if not code and not text.isalnum():  # that it is as long as some form says nothing
            raise ValueError("no known form of a date")
        raise ValueError(f"expected {width} digits" + (f" for format {code}" if code else ""))
    moment = _from_digits(digits, pattern)
    return moment.replace(tzinfo=_zone(text[width:].strip())) if code in _ZONED else moment


def _from_iso(match: re.Match[str]) -> datetime.datetime:
    parts = match.groupdict(default="")

    def part(name: str) -> int:
        return int(parts[name] or parts.get(f"{name}2") or 0)

    hour, minute, second = part("hour"), part("minute"), part("second")
    midnight = hour == 24 and not (minute or second)
    fraction = int((parts["part"] or parts["part2"])[:6].ljust(6, "0"))
    moment = datetime.datetime(
        part("year"),
        part("month"),
        part("day"),
        0 if midnight else hour,
        minute,
        second,
        fraction,
        _zone(parts["zone"]),
    )
    return later(moment, 1) if midnight else moment


def later(moment: datetime.datetime, days: int) -> datetime.datetime:
    """The moment so many days later. Raises ValueError where the calendar ends, as after 9999-12-31."""
    try:
        return moment + datetime.timedelta(days=days)
    except OverflowError:
        raise ValueError("the calendar ends before") from None


def _seen_in(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise ValueError("the calendar ends before") from None


def _zone(text: str) -> datetime.timezone | None:
    """The zone that `Z`, `+08`, `+0800` or `+08:00` means; None of nothing."""
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return datetime.UTC
    match = _OFFSET.fullmatch(text)
    minutes = int(match[2]) * 60 + int(match[3] or 0) if match is not None else 0
    if match is None or minutes > FARTHEST * 60 or int(match[3] or 0) > 59:
        raise ValueError(f"no known time zone: {text}")
    return datetime.timezone(datetime.timedelta(minutes=-minutes if match[1] == "-" else minutes))


def in_zone(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """The moment in the zone; one that says no zone is taken to be in it.

    >>> str(in_zone(read_moment("20160701T233000Z"), datetime.timezone(datetime.timedelta(hours=8))))
    '2016-07-02 07:30:00+08:00'
    """
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else _seen_in(moment, zone)


def lost_zone(moment: datetime.datetime, pattern: str, zone: datetime.tzinfo | None) -> str | None:
    """The offset that a pattern without XXX would drop; None when nothing is lost, as in the zone `zone`."""
    if moment.tzinfo is None or any(match[2] == "XXX" for match in _OUTPUT.finditer(pattern)):
        return None
    if zone is not None and _seen_in(moment, zone).utcoffset() == moment.utcoffset():
        return None
    return f"{moment:%z}"


def _from_digits(digits: str, pattern: str) -> datetime.datetime:
    parts: dict[str, int] = {}
    at = 0
    for token in _TOKEN.findall(pattern):
        parts[token] = int(digits[at : at + _WIDTH[token]])
        at += _WIDTH[token]
    short = parts.get("yy", 0)
    year = parts.get("yyyy", short + (1900 if short >= 69 else 2000))
    if "ww" in parts:
        return datetime.datetime.fromisocalendar(year, parts["ww"], parts.get("e", 1))
    if "DDD" in parts:
        moment = datetime.datetime(year, 1, 1) + datetime.timedelta(days=parts["DDD"] - 1)
        if moment.year != year:
            raise ValueError(f"the year {year} has no day {parts['DDD']}")
        return moment
    return datetime.datetime(
        year, parts.get("MM", 1), parts.get("dd", 1), parts.get("HH", 0), parts.get("mm", 0),
        parts.get("ss", 0), parts.get("SSS", 0) * 1000 + parts.get("SS", 0) * 10000,
    )  # fmt: skip


def write_moment(moment: datetime.datetime, pattern: str) -> str:
    """The moment in a pattern of yyyy yy MM dd HH mm ss SSS XXX (offset), quoted text and other characters.

    >>> write_moment(datetime.datetime(2016, 7, 1, 15, 30), "yyyy-MM-dd'T'HH:mm:ss")
    '2016-07-01T15:30:00'
    """
    return _OUTPUT.sub(lambda match: _part(moment, match), pattern)


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with an output pattern."""
    for match in _OUTPUT.finditer(pattern):
        if match[3] and match[3] != "T":
            return f"`{match[3]}` is no part of a date; text stands in single quotes"
        if match[4] == "'":
            return "a single quote is not closed"
    return None if re.search(r"yy|MM|dd|HH|mm|ss", pattern) else "it has no part of a date"


def _part(moment: datetime.datetime, match: re.Match[str]) -> str:
    quoted, token, letter, other = match.groups()
    if quoted is not None:
        return quoted or "'"
    if token is None:
        return letter or other
    if token == "XXX":
        offset = moment.strftime("%z")
        return f"{offset[:3]}:{offset[3:5]}" if offset else ""
    values = {
        "yyyy": f"{moment.year:04}", "yy": f"{moment.year % 100:02}", "MM": f"{moment.month:02}",
        "dd": f"{moment.day:02}", "HH": f"{moment.hour:02}", "mm": f"{moment.minute:02}",
        "ss": f"{moment.second:02}", "SSS": f"{moment.microsecond // 1000:03}",
    }  # fmt: skip
    return values[token]
