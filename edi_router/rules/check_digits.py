"""Check digits of container numbers, ships and Chinese registers; each says whether a number is right."""

from __future__ import annotations

import re
from collections.abc import Callable

_CONTAINER = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_VALUES = (value for value in range(10, 39) if value % 11)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _VALUES, strict=True))
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def iso6346(number: str) -> bool:
    """A container number (ISO 6346): owner, category, serial number and check digit.

    >>> iso6346("CSQU3054383"), iso6346("CSQU3054384"), iso6346("CSQU305438")
    (True, False, False)
    """
    if not _CONTAINER.fullmatch(number):
        return False
    total = sum(
        (_LETTERS[letter] if letter in _LETTERS else int(letter)) << position
        for position, letter in enumerate(number[:10])
    )
    return total % 11 % 10 == int(number[10])


def imo(number: str) -> bool:
    """A ship's IMO number, with or without `IMO` before it.

    >>> imo("9074729"), imo("IMO9074729"), imo("9074728")
    (True, True, False)
    """
    digits = number.removeprefix("IMO").strip()
    if not re.fullmatch("[0-9]{7}", digits):
        return False
    return sum(int(digit) * (7 - at) for at, digit in enumerate(digits[:6])) % 10 == int(digits[6])


def uscc(number: str) -> bool:
    """A unified social credit code (GB 32100).

    >>> uscc("91350100M000100Y43"), uscc("91350100M000100Y44"), uscc("91350100I000100Y43")
    (True, False, False)
    """
    if len(number) != 18 or any(letter not in _USCC for letter in number):
        return False
    total = sum(_USCC.index(letter) * weight for letter, weight in zip(number, _USCC_WEIGHTS, strict=False))
    return _USCC[-total % 31] == number[17]


def cn_id(number: str) -> bool:
    """The number of a Chinese identity card (GB 11643).

    >>> cn_id("11010519491231002X"), cn_id("110105194912310021")
    (True, False)
    """
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _CARD_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


def cn_org(number: str) -> bool:
    """A Chinese organisation code (GB 11714), with or without the dash.

    >>> cn_org("D2143569-X"), cn_org("D21435691")
    (True, False)
    """
    code = number.replace("-", "")
    if not re.fullmatch("[0-9A-Z]{8}[0-9X]", code):
        return False
    total = sum(int(letter, 36) * weight for letter, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False))
    return "0123456789X0"[11 - total % 11] == code[8]


CHECK_DIGITS: dict[str, Callable[[str], bool]] = {
    "iso6346": iso6346, "imo": imo, "uscc": uscc, "cn-id": cn_id, "cn-org": cn_org,
}  # fmt: skip
"""The checks by the names that rule files use."""
