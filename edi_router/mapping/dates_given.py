"""Dates and times in a form that the mapping tells, for those that no standard has: `dd.MM.yyyy`."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

_PARTS = {
    "yyyy": r"\d{4}", "yy": r"\d{2}", "MM": r"\d{2}", "M": r"\d{1,2}", "dd": r"\d{2}", "d": r"\d{1,2}",
    "HH": r"\d{2}", "H": r"\d{1,2}", "mm": r"\d{2}", "ss": r"\d{2}",
}  # fmt: skip
_TOKEN = re.compile(r"'([^']*)'|(" + "|".join(_PARTS) + r")|(.)", re.DOTALL)
_LETTER = re.compile("[A-Za-z']")


def read_given(value: str, forms: str) -> datetime.datetime:
    """The moment that `value` writes in one of the forms, which are divided by `|`. Raises ValueError.

    A year of two digits means 1969 to 2068, as in `read_moment`.

    >>> read_given("05.07.2016", "dd.MM.yyyy|d/M/yy")
    datetime.datetime(2016, 7, 5, 0, 0)
    >>> read_given("5/7/16", "dd.MM.yyyy|d/M/yy")
    datetime.datetime(2016, 7, 5, 0, 0)
    """
    text = value.strip()
    for form in forms.split("|"):
        if (found := _pattern(form).fullmatch(text)) is not None:
            parts = {name: int(digits) for name, digits in found.groupdict().items()}
            short = parts.get("yy", 0)
            return datetime.datetime(
                parts.get("yyyy", short + (1900 if short >= 69 else 2000)),
                parts.get("MM", parts.get("M", 1)),
                parts.get("dd", parts.get("d", 1)),
                parts.get("HH", parts.get("H", 0)),
                parts.get("mm", 0),
                parts.get("ss", 0),
            )
    raise ValueError(f"it is not of the form {forms}")


def given_problem(forms: str) -> str | None:
    """What is wrong with the forms."""
    for form in forms.split("|"):
        tokens = [token for _, token, _ in _TOKEN.findall(form) if token]
        for _, _, other in _TOKEN.findall(form):
            if _LETTER.match(other) and other != "T":
                if other == "'":
                    return "a single quote is not closed"
                return f"`{other}` is no part of a date; text stands in single quotes"
        for one in ("y", "M", "d", "H", "m", "s"):
            if sum(token[0] == one for token in tokens) > 1:
                return f"`{one}` stands twice in {form}"
        if not any(token[0] == "y" for token in tokens):
            return f"{form} has no year"
    return None


@lru_cache(maxsize=256)
def _pattern(form: str) -> re.Pattern[str]:
    def part(found: re.Match[str]) -> str:
        quoted, token, other = found.groups()
        return (
            f"(?P<{token}>{_PARTS[token]})" if token else re.escape(quoted if quoted is not None else other)
        )

    return re.compile(_TOKEN.sub(part, form), re.ASCII)
