"""Simple types of XML Schema as quick tests of a text, which never take what libxml2 refuses.

A test may refuse what is right (a number with more digits than any amount has, say): then nothing is proven, and the
validator is asked. XML Schema 1.0 part 2. The tests hold for a text of an element or attribute as it is written; texts
with white space that a type would drop are never taken.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from edi_router.formats.xml import xsd_regex
from edi_router.formats.xml.beyond import Beyond

Test = Callable[[str], bool]


@dataclass(frozen=True)
class Simple:
    """A simple type. `primitive` is the built-in type that it is made from, "" for a union.

    Of a type with no `tests` every text is right whose length is from `least` to `most` characters.
    """

    primitive: str
    least: int = 0
    most: int | None = None
    tests: tuple[Test, ...] = ()

    def takes(self, text: str) -> bool:
        """Whether the text is certainly a value of the type."""
        if len(text) < self.least or (self.most is not None and len(text) > self.most):
            return False
        return all(test(text) for test in self.tests)


_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DATE = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_ZONE}").fullmatch
_MOMENT = re.compile(
    rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?{_ZONE}"
).fullmatch
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,8})?").fullmatch
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}").fullmatch
_NATURAL = re.compile(r"[0-9]{1,15}").fullmatch


def _is_day(match: re.Match[str] | None) -> bool:
    """Whether year, month and day are in the calendar."""
    if match is None:
        return False
    try:
        datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


def _is_token(text: str) -> bool:
    return _is_one_line(text) and "  " not in text and text == text.strip(" ")


def _is_one_line(text: str) -> bool:
    return not any(mark in text for mark in "\t\n\r")


_STRINGS = ("string", "normalizedString", "token")
_NUMBERS = ("decimal", "integer", "nonNegativeInteger", "positiveInteger")
_BUILT_IN: dict[str, tuple[Test, ...]] = {
    "string": (),
    "normalizedString": (_is_one_line,),
    "token": (_is_token,),
    "boolean": (frozenset(("true", "false", "1", "0")).__contains__,),
    "decimal": (lambda text: _DECIMAL(text) is not None,),
    "integer": (lambda text: _INTEGER(text) is not None,),
    "nonNegativeInteger": (lambda text: _NATURAL(text) is not None,),
    "positiveInteger": (lambda text: _NATURAL(text) is not None and text.strip("0") != "",),
    "date": (lambda text: _is_day(_DATE(text)),),
    "dateTime": (lambda text: _is_day(_MOMENT(text)),),
}


def built_in(name: str) -> Simple:
    """The built-in type of that name; raises Beyond for one that no test is made for."""
    if name not in _BUILT_IN:
        raise Beyond(f"xs:{name}")
    return Simple(name, tests=_BUILT_IN[name])


def union(members: Sequence[Simple]) -> Simple:
    """A type whose values are those of any member."""
    return Simple("", tests=(lambda text: any(member.takes(text) for member in members),))


def restricted(base: Simple, facets: Sequence[tuple[str, str]]) -> Simple:
    """The type with facets (`maxLength`, "20"); several patterns are alternatives, as are enumerations."""
    if not facets:
        return base
    if not base.primitive:
        raise Beyond("a restricted union")
    least, most = base.least, base.most
    tests = [*base.tests]
    patterns = [xsd_regex.compiled(value) for name, value in facets if name == "pattern"]
    listed = frozenset(value for name, value in facets if name == "enumeration")
    if patterns:
        tests.append(lambda text: any(pattern(text) for pattern in patterns))
    if listed:
        tests.append(_of(base.primitive, listed))
    for name, value in facets:
        if name in ("length", "minLength", "maxLength"):
            if base.primitive not in _STRINGS:
                raise Beyond(f"{name} of xs:{base.primitive}")
            size = _count(value)
            least = max(least, size) if name != "maxLength" else least
            most = min(size, size if most is None else most) if name != "minLength" else most
        elif name not in ("pattern", "enumeration"):
            tests.append(_numeric(base.primitive, name, value))
    return Simple(base.primitive, least, most, tuple(tests))


def _of(primitive: str, listed: frozenset[str]) -> Test:
    """Whether a text is listed, as it stands there."""
    if primitive == "token":
        listed = frozenset(" ".join(value.split()) for value in listed)
    return listed.__contains__


def _numeric(primitive: str, name: str, value: str) -> Test:
    """A facet of numbers."""
    if primitive not in _NUMBERS:
        raise Beyond(f"{name} of xs:{primitive}")
    if name == "totalDigits":
        most = _count(value)
        return lambda text: len(text.lstrip("+-").replace(".", "")) <= most
    if name == "fractionDigits":
        after = _count(value)
        return lambda text: len(text.partition(".")[2]) <= after
    if _DECIMAL(value) is None:
        raise Beyond(f"{name} {value}")
    bound = Decimal(value)
    tests: dict[str, Test] = {
        "minInclusive": lambda text: Decimal(text) >= bound,
        "minExclusive": lambda text: Decimal(text) > bound,
        "maxInclusive": lambda text: Decimal(text) <= bound,
        "maxExclusive": lambda text: Decimal(text) < bound,
    }
    if name not in tests:
        raise Beyond(name)
    return tests[name]


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Beyond(f"the count {value}")
    return int(value)
