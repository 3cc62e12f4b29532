"""Dates and times: from the forms of data element 2379, of ISO 8601 and of Chinese messages, to a pattern."""

from __future__ import annotations

import datetime
import re

FORMS = {
    "2": "ddMMyy", "3": "MMddyy", "4": "ddMMyyyy", "101": "yyMMdd", "102": "yyyyMMdd", "103": "yywwe",
    "105": "yyDDD", "201": "yyMMddHHmm", "202": "yyMMddHHmmss", "203": "yyyyMMddHHmm",
    "204": "yyyyMMddHHmmss", "205": "yyyyMMddHHmm", "301": "yyMMddHHmm", "302": "yyMMddHHmmss",
    "303": "yyyyMMddHHmm", "304": "yyyyMMddHHmmss", "602": "yyyy", "609": "yyMM", "610": "yyyyMM",
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
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_OUTPUT = re.compile(r"'([^']*)'|(yyyy|yy|MM|dd|HH|mm|ss|SSS|XXX)|([A-Za-z])|(.)", re.DOTALL)


def read_moment(value: str, code: str = "") -> datetime.datetime:
    """The moment that `value` writes, in the format `code` of 2379, else as its shape tells.

    A year of two digits means 1969 to 2068. Raises ValueError.

    >>> read_moment("20160701", "102")
    datetime.datetime(2016, 7, 1, 0, 0)
    >>> read_moment("1607011530", "201")
    datetime.datetime(2016, 7, 1, 15, 30)
    >>> read_moment("2016-07-01 15:30:00")
    datetime.datetime(2016, 7, 1, 15, 30)
    >>> read_moment("2016070115300050")
    datetime.datetime(2016, 7, 1, 15, 30, 0, 500000)
    >>> read_moment("20160701-20160731", "718")
    datetime.datetime(2016, 7, 1, 0, 0)
    """
    text = value.strip()
    if match := _ISO.fullmatch(text):
        return _from_iso(match)
    pattern = FORMS.get(code) or _BY_LENGTH.get(len(text))
    if pattern is None:
        raise ValueError("no known form of a date")
    width = sum(_WIDTH[token] for token in _TOKEN.findall(pattern))
    digits = text[:width] if code in _PERIODS or code in ("205", "301", "302", "303", "304") else text
    if len(digits) != width or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"expected {width} digits" + (f" for format {code}" if code else ""))
    return _from_digits(digits, pattern)


def _from_iso(match: re.Match[str]) -> datetime.datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction = int((match[7] or "").ljust(6, "0"))
    zone = None
    if match[8]:
        sign = -1 if match[8].startswith("-") else 1
        digits = match[8].lstrip("Z+-").replace(":", "").ljust(4, "0")
        zone = datetime.timezone(sign * datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
    return datetime.datetime(year, month, day, hour, minute, second, fraction, zone)


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
        return datetime.datetime.strptime(f"{year:04} {parts['DDD']}", "%Y %j")
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
