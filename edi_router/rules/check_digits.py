"""Check digits of container numbers, ships and Chinese registers; each says whether a number is right.

The arithmetic is python-stdnum's where it has the number; here stands only how strictly a number must be
written. It reads `csqu 305438-3` as `CSQU3054383`; in a message that is a wrong number.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import imo as _imo
from stdnum import iso6346 as _iso6346
from stdnum.cn import ric as _ric
from stdnum.cn import uscc as _uscc

_CONTAINER = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_SHIP = re.compile("(?:IMO ?)?[0-9]{7}")
_ORGANISATION = re.compile("[0-9A-Z]{8}-?[0-9X]")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def iso6346(number: str) -> bool:
    """A container number (ISO 6346): owner, category, serial number and check digit.

    >>> iso6346("CSQU3054383"), iso6346("CSQU3054384"), iso6346("csqu3054383")
    (True, False, False)
    """
    return _CONTAINER.fullmatch(number) is not None and _iso6346.is_valid(number)


def imo(number: str) -> bool:
    """A ship's IMO number, with or without `IMO` before it.

    >>> imo("9074729"), imo("IMO9074729"), imo("9074728"), imo("90 74729")
    (True, True, False, False)
    """
    return _SHIP.fullmatch(number) is not None and _imo.is_valid(number)


def uscc(number: str) -> bool:
    """A unified social credit code (GB 32100).

    >>> uscc("91350100M000100Y43"), uscc("91350100M000100Y44"), uscc("91350100-M000100Y43")
    (True, False, False)
    """
    return _uscc.compact(number) == number and _uscc.is_valid(number)


def cn_id(number: str) -> bool:
    """The number of a Chinese identity card (GB 11643): its check digit, date and place of birth.

    >>> cn_id("11010519491231002X"), cn_id("110105194912310021"), cn_id("11010519491331002X")
    (True, False, False)
    """
    return _ric.compact(number) == number and _ric.is_valid(number)


def cn_org(number: str) -> bool:
    """A Chinese organisation code (GB 11714), with or without the dash.

    >>> cn_org("D2143569-X"), cn_org("D21435691"), cn_org("D-2143569X")
    (True, False, False)
    """
    if not _ORGANISATION.fullmatch(number):
        return False
    code = number.replace("-", "")
    total = sum(int(letter, 36) * weight for letter, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False))
    return "0123456789X0"[11 - total % 11] == code[8]


CHECK_DIGITS: dict[str, Callable[[str], bool]] = {
    "iso6346": iso6346, "imo": imo, "uscc": uscc, "cn-id": cn_id, "cn-org": cn_org,
}  # fmt: skip
"""The checks by the names that rule files use."""
