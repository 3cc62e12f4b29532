"""Leniencies: faults of a partner's files that are agreed to be tolerated, each under its name.

Without a leniency each of these is an error. With it the reading is repaired, and a warning of the leniency's
own code (`tolerated-` and its name) stands where the error stood. What each one covers, and what it does not,
is written down in decision 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace
from enum import StrEnum

from edi_router.faults import Fault, FaultList


class Leniency(StrEnum):
    """What can be tolerated."""

    JUNK_BEFORE_UNA = "junk-before-una"
    REPEATED_UNA = "repeated-una"
    WRONG_UNT_COUNT = "wrong-unt-count"
    WRONG_UNZ_COUNT = "wrong-unz-count"
    MISSING_UNZ = "missing-unz"
    LOWER_CASE = "lower-case"
    TRAILING_SEPARATORS = "trailing-separators"
    COMMA_DECIMALS = "comma-decimals"
    UNESCAPED_SEPARATORS = "unescaped-separators"

    @property
    def code(self) -> str:
        """The code of the warning that tells of its use."""
        return f"tolerated-{self}"


Leniencies = Set[Leniency]
NONE: Leniencies = frozenset()

_OF_CODE = {
    "junk-before-interchange": Leniency.JUNK_BEFORE_UNA,
    "una-repeated": Leniency.REPEATED_UNA,
    "message-count-wrong": Leniency.WRONG_UNT_COUNT,
    "group-count-wrong": Leniency.WRONG_UNZ_COUNT,
    "interchange-count-wrong": Leniency.WRONG_UNZ_COUNT,
    "interchange-trailer-missing": Leniency.MISSING_UNZ,
}


def leniencies(names: Iterable[str]) -> Leniencies:
    """The leniencies of these names; ValueError for a name that is none.

    >>> sorted(leniencies(["lower-case", "missing-unz"]))
    [<Leniency.LOWER_CASE: 'lower-case'>, <Leniency.MISSING_UNZ: 'missing-unz'>]
    """
    return frozenset(Leniency(name) for name in names)


def used(leniency: Leniency, fault: Fault) -> Fault:
    """The warning that stands for `fault`, which `leniency` tolerates; its values name the fault."""
    return Fault(leniency.code, fault.place, {**fault.values, "fault": fault.code})


def tolerate(faults: FaultList, granted: Leniencies) -> None:
    """Turn the faults of envelopes that are tolerated into warnings, in their places in the list."""
    if not granted:
        return
    for at, fault in enumerate(faults):
        leniency = _OF_CODE.get(fault.code)
        if leniency in granted and leniency is not None and _is_covered(fault):
            faults[at] = used(leniency, fault)


def _is_covered(fault: Fault) -> bool:
    """A count must be a number, though a wrong one; a second UNA must say the same as the first."""
    values = fault.values
    if fault.code == "una-repeated":
        return values["una"] == values["used"]
    return "count-wrong" not in fault.code or (values["found"].isascii() and values["found"].isdecimal())


def count(faults: FaultList, fault: Fault) -> None:
    """Add a warning with a `count` of 1, or count it to the one of its code that is there already."""
    for at, other in enumerate(faults):
        if other.code == fault.code:
            faults[at] = replace(other, values={**other.values, "count": str(int(other.values["count"]) + 1)})
            return
    faults.append(fault)
