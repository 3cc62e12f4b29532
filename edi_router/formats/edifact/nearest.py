"""The directory nearest by date that has a message type: what a message may be checked by where its own is not here."""

from __future__ import annotations

import re

from edi_router.formats.edifact.directory import Definitions

RELEASE = re.compile(r"([DS])([0-9]{2})([A-Z])").fullmatch
"""What a directory is called that UNECE may have published: version, year, and a letter."""
_FIRST_YEAR, _YEARS, _LETTERS = 88, 55, "ABC"
"""The years and letters of releases: the first of UN/EDIFACT, and more than there will be while this is in use."""
_QUARTERS = {"A": 0, "B": 2, "C": 3}
"""The letter as a part of the year: some years had two releases, some three."""


def nearest(definitions: Definitions, directory: str, type: str) -> str | None:
    """The directory that is here, has messages of `type`, and is nearest to `directory` by date; the later of two.

    None where there is none, or where `directory` has no date. Neighbouring releases differ little, so that most of
    what a check by them tells is right; it stays for people to decide.
    """
    named = RELEASE(directory)
    if named is None:
        return None
    wanted = _date(named)
    near = sorted(_there(definitions), key=lambda each: (abs(each[1] - wanted), -each[1]))
    return next((name for name, _ in near if definitions.message_of(name, type) is not None), None)


def _there(definitions: Definitions) -> tuple[tuple[str, int], ...]:
    """The directories that are here, by the file that tells of each, with their dates."""

    def find() -> tuple[tuple[str, int], ...]:
        years = [f"{year % 100:02}" for year in range(_FIRST_YEAR, _FIRST_YEAR + _YEARS)]
        names = [f"{version}{year}{letter}" for version in "DS" for year in years for letter in _LETTERS]
        found = (each for name in names if definitions.about(name) is not None and (each := RELEASE(name)))
        return tuple((each[0], _date(each)) for each in found)

    return definitions.cached(("directories",), find)


def _date(named: re.Match[str]) -> int:
    """When a release was published, in quarters of years."""
    year = int(named[2])
    return (year + (100 if year < _FIRST_YEAR - 20 else 0)) * 4 + _QUARTERS.get(named[3], 3)
