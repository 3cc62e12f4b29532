"""The value functions of mappings: named, small, each with an example.

A function raises ValueError for a value that it cannot convert; the mapping makes a fault of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation

from edi_router.mapping.functions_dates import date, days, local
from edi_router.mapping.functions_text import fill, unless
from edi_router.mapping.registry import FUNCTIONS, Function, Kind, Shortened, function

__all__ = [
    "FUNCTIONS", "Function", "Kind", "Shortened", "date", "days", "fill", "function", "local", "number", "unless",
]  # fmt: skip

LONGEST = 40
"""Characters that a number may have."""
_PLACES = 60
"""Digits that a sum or product may have."""


def number(value: str) -> Decimal:
    """The number that the value writes, its decimal mark a point or a comma. Raises ValueError.

    >>> number("12,5")
    Decimal('12.5')
    """
    text = value.strip().replace(",", ".", 1)
    if not text.isascii() or "_" in text or "n" in text.lower() or "e" in text.lower():
        raise ValueError("no number")
    if len(text) > LONGEST:
        raise ValueError(f"a number of more than {LONGEST} characters")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("no number") from None


def _reckoned(
    step: Callable[[Context, Decimal, Decimal], Decimal], values: Sequence[str], result: Decimal
) -> Decimal:
    """All values taken together, one after the other. Raises ValueError for a result that had to be rounded."""
    context = Context(prec=_PLACES, traps=[Inexact])
    try:
        for value in values:
            result = step(context, result, number(value))
    except Inexact:
        result = Decimal("inf")
    if not result.is_finite() or result.adjusted() >= _PLACES:
        raise ValueError(f"the result has more than {_PLACES} digits")
    return result


_ORDINARY = re.compile(r"(?:0|[1-9][0-9]{0,20})(?:\.([0-9]{0,8}[1-9]))?")
"""A number that is written as `_plain` writes it."""


def _plain(result: Decimal) -> str:
    """The number without exponent and without zeros at the end of its fraction."""
    text = format(result, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@function(pattern=r"[0-9]{1,2}", form="the number of decimals", optional=True)
def decimal(value: str, argument: str = "") -> str:
    """The number with a point as its mark, without useless zeros; rounded to at most so many decimals.

    >>> decimal("0012,50")
    '12.5'
    >>> decimal("1.005", "2")
    '1.01'
    """
    if value.isdigit() and value.isascii() and value[0] != "0" and len(value) <= LONGEST:
        return value
    ordinary = _ORDINARY.fullmatch(value)
    if ordinary and (not argument or len(ordinary[1] or "") <= int(argument)):
        return value
    result = number(value)
    if not argument:
        return _plain(result)
    if -int(result.as_tuple().exponent) <= int(argument):
        return _plain(result)
    rounded = result.quantize(Decimal(1).scaleb(-int(argument)), ROUND_HALF_UP, Context(prec=_PLACES))
    return _plain(rounded) if rounded == result else Shortened(_plain(rounded), "value-rounded")


@function(pattern=r"[0-9]{1,2}", form="the number of decimals")
def fixed(value: str, argument: str) -> str:
    """The number with exactly so many decimals.

    >>> fixed("12,5", "2")
    '12.50'
    """
    rounded = decimal(value, argument)
    result = f"{Decimal(rounded):.{argument}f}"
    return Shortened(result, "value-rounded") if isinstance(rounded, Shortened) else result


@function()
def integer(value: str) -> str:
    """The whole number; a value with a fraction cannot be one.

    >>> integer("007.0")
    '7'
    """
    if value.isdigit() and value.isascii() and value[0] != "0" and len(value) <= LONGEST:
        return value
    result = number(value)
    if result != result.to_integral_value():
        raise ValueError("no whole number")
    return _plain(result)


@function(pattern=r"-?[0-9]+(\.[0-9]+)?", form="a number")
def multiply(value: str, argument: str) -> str:
    """The number times the argument.

    >>> multiply("1,5", "1000")
    '1500'
    """
    return _plain(_reckoned(Context.multiply, [value], Decimal(argument)))


@function()
def upper(value: str) -> str:
    """The text in capital letters.

    >>> upper("cnsha")
    'CNSHA'
    """
    return value.upper()


@function()
def lower(value: str) -> str:
    """The text in small letters.

    >>> lower("KGM")
    'kgm'
    """
    return value.lower()


@function()
def trim(value: str) -> str:
    """The text without blanks at both ends, and single blanks inside.

    >>> trim("  FROZEN   BEEF ")
    'FROZEN BEEF'
    """
    return " ".join(value.split())


@function()
def digits(value: str) -> str:
    """Only the digits of the text.

    >>> digits("8471.30-00")
    '84713000'
    """
    if value.isascii() and value.isdigit():
        return value
    return "".join(letter for letter in value if letter in "0123456789")


@function(pattern=r".+", form="the characters")
def remove(value: str, argument: str) -> str:
    """The text without any of the argument's characters.

    >>> remove("8471.30-00", ".-")
    '84713000'
    """
    return "".join(letter for letter in value if letter not in argument)


def _encoding(argument: str) -> str | None:
    """What is wrong with the encoding that `cut` names."""
    name = argument.partition(" ")[2]
    try:
        "".encode(name or "utf-8")  # which knows encodings of text only, not `base64` and the like
    except LookupError:
        return f"there is no encoding {name}"
    return None


@function(pattern=r"[1-9][0-9]{0,5}( [A-Za-z0-9\-]+)?", form="BYTES or `BYTES ENCODING`", checker=_encoding)
def cut(value: str, argument: str) -> str:
    """At most so many bytes, in UTF-8 or the named encoding, whole characters only; warns when it cuts.

    >>> cut("冻牛肉", "6")
    '冻牛'
    >>> cut("冻牛肉", "6 gb18030")
    '冻牛肉'
    """
    limit, _, encoding = argument.partition(" ")
    data = value.encode(encoding or "utf-8")
    if len(data) <= int(limit):
        return value
    return Shortened(data[: int(limit)].decode(encoding or "utf-8", "ignore"), "value-cut")


@function(
    pattern=r"[1-9][0-9]{0,3}( right)?( .)?",
    form="WIDTH, `WIDTH right`, `WIDTH CHARACTER` or `WIDTH right CHARACTER`",
)
def pad(value: str, argument: str) -> str:
    """Filled to the width with zeros on the left, or blanks on the `right`; a last character is the filler.

    >>> pad("7", "3")
    '007'
    >>> pad("847130", "10 right 0")
    '8471300000'
    """
    width, _, rest = argument.partition(" ")
    right = rest == "right" or rest.startswith("right ")
    filler = rest.removeprefix("right").removeprefix(" ") if right else rest
    fill = filler or ("0" if not right else " ")
    return value.ljust(int(width), fill) if right else value.rjust(int(width), fill)


@function(name="slice", pattern=r"-?[0-9]*:-?[0-9]*", form="FROM:TO")
def slice_(value: str, argument: str) -> str:
    """The characters from one position to before another, counted from 0; negative ones from the end.

    >>> slice_("0201300090101", "0:10")
    '0201300090'
    >>> slice_("0201300090101", "10:")
    '101'
    """
    begin, _, end = argument.partition(":")
    return value[int(begin) if begin else None : int(end) if end else None]


@function(pattern=r"[1-9][0-9]? .+", form="`N SEPARATOR`")
def split(value: str, argument: str) -> str:
    """The n-th part of the text between separators: the argument is `N SEPARATOR`.

    >>> split("1,3,7", "2 ,")
    '3'
    """
    position, _, separator = argument.partition(" ")
    parts = value.split(separator)
    return parts[int(position) - 1] if int(position) <= len(parts) else ""


@function(pattern=r".+", form="a text")
def prefix(value: str, argument: str) -> str:
    """The text with the argument before it.

    >>> prefix("123", "CN")
    'CN123'
    """
    return argument + value


@function(pattern=r".+", form="a text")
def suffix(value: str, argument: str) -> str:
    """The text with the argument after it.

    >>> suffix("0201300090", "999")
    '0201300090999'
    """
    return value + argument


@function(pattern=r".+=>.*", form="OLD=>NEW")
def replace(value: str, argument: str) -> str:
    """Every `OLD` replaced by `NEW`: the argument is `OLD=>NEW`.

    >>> replace("A/B/C", "/=>-")
    'A-B-C'
    """
    old, _, new = argument.partition("=>")
    return value.replace(old, new)


@function()
def dashed(value: str) -> str:
    """32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.

    >>> dashed("0123456789abcdef0123456789abcdef")
    '01234567-89ab-cdef-0123-456789abcdef'
    """
    if not re.fullmatch("[0-9A-Fa-f]{32}", value):
        raise ValueError("expected 32 hexadecimal digits")
    return "-".join((value[:8], value[8:12], value[12:16], value[16:20], value[20:]))


@function(Kind.ALL, name="sum")
def sum_(values: Sequence[str]) -> list[str]:
    """The sum of all values; nothing of nothing.

    >>> sum_(["0.1", "0,2"])
    ['0.3']
    """
    if not values:
        return []
    if all(value.isdigit() and value.isascii() and len(value) <= LONGEST for value in values):
        return [str(sum(map(int, values)))]
    return [_plain(_reckoned(Context.add, values, Decimal(0)))]


@function(Kind.ALL, name="product")
def product(values: Sequence[str]) -> list[str]:
    """All values multiplied; nothing of nothing.

    >>> product(["2", "1,5"])
    ['3']
    """
    return [_plain(_reckoned(Context.multiply, values, Decimal(1)))] if values else []


@function(Kind.ALL, name="minimum")
def minimum(values: Sequence[str]) -> list[str]:
    """The smallest number.

    >>> minimum(["10", "9"])
    ['9']
    """
    return [_plain(min(number(value) for value in values))] if values else []


@function(Kind.ALL, name="maximum")
def maximum(values: Sequence[str]) -> list[str]:
    """The greatest number.

    >>> maximum(["10", "9"])
    ['10']
    """
    return [_plain(max(number(value) for value in values))] if values else []


@function(Kind.ALL)
def distinct(values: Sequence[str]) -> list[str]:
    """Every value once, in their first order.

    >>> distinct(["CN", "AU", "CN"])
    ['CN', 'AU']
    """
    return list(dict.fromkeys(values))


@function(Kind.ALL)
def last(values: Sequence[str]) -> list[str]:
    """The last value.

    >>> last(["1", "2"])
    ['2']
    """
    return list(values[-1:])


@function(Kind.NODES)
def count(values: Sequence[str]) -> list[str]:
    """How many places of the document the path selects; 0 when none.

    >>> count(["a", "b"])
    ['2']
    """
    return [str(len(values))]


@function(Kind.NODES, pattern=r"\S+ \S+", form="`YES NO`", optional=True)
def flag(values: Sequence[str], argument: str = "1 0") -> list[str]:
    """The first word when the path selects anything, else the second; `1 0` unless told.

    >>> flag([], "Y N")
    ['N']
    """
    yes, _, no = argument.partition(" ")
    return [yes if values else no]


@function(Kind.POSITION, pattern=r"[0-9]{1,6}", form="the first number", optional=True)
def sequence(position: int, argument: str = "1") -> str:
    """The position of the current item of `each`, counted from 1 or from the argument.

    >>> sequence(2)
    '2'
    """
    return str(position - 1 + int(argument))
