"""Tells what a file of a release is: by its name as published, else by what is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(r"(?:^|[^A-Z])(ED|TR|ID)(MD|SD|CD|ED)(I[12]?|[12])?(?=[^A-Z]|$)")
_CODES = re.compile(r"(?:^|[^A-Z])(UN|ED|TR|ID)[CS]L(?=[^A-Z]|$)")
_MESSAGE = re.compile(r"([A-Z]{6})(?:[_-]([A-Z]))?(?:[._-]?(\d\d[A-Z]))?(?:\.[A-Z]{3})?")
_SUFFIX = re.compile(r"(?<!\d)(\d\d[A-Z])(?![A-Z0-9])")
_HEADER = re.compile(r"^[\s*+#|X-]*Message Type\s*:\s*[A-Z]{6}\s*$", re.IGNORECASE)
_TABLE = re.compile(r"^(\d{4,5})?[\s*+#|XSR-]*(UNH|UIH)\s+\S.*?\sM\s+1\b")
_RULE = re.compile(r"^\s*[-_=]{20,}\W*$")
_KEY = re.compile(r"^[\s*+#|XSR-]*\b(?:([A-Z]{3})|([CES]\d{3})|(\d{4}))\s+\S")
_REPR = re.compile(r"^[\s*+#|X-]*Repr\s*:", re.IGNORECASE)

SEGMENTS, COMPOSITES, ELEMENTS, CODES, MESSAGE = "segments", "composites", "elements", "codes", "message"
INDEX, UNKNOWN = "index", ""
_LETTERS = {"MD": MESSAGE, "SD": SEGMENTS, "CD": COMPOSITES, "ED": ELEMENTS}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: `of` says which directory an index lists; `suffix` and `version` are of its name."""

    kind: str
    of: str = ""
    interactive: bool = False
    suffix: str = ""
    version: str = ""
    by_content: bool = False


def kind_of(name: str, lines: list[str]) -> Kind:
    """What the file called `name` (upper case) is.

    >>> kind_of("TRSD.96B", []).kind, kind_of("UNCL-1.TXT", []).kind, kind_of("EDMDI1.21B", []).of
    ('segments', 'codes', 'message')
    >>> kind_of("CUSCAR_D.95B", []).suffix, kind_of("README.TXT", []).kind
    ('95B', '')
    """
    suffix = _SUFFIX.search(name)
    release = suffix[1] if suffix else ""
    if part := _PART.search(name):
        interactive = part[1] == "ID"
        of = _LETTERS[part[2]]
        index = part[3] is not None and (part[3][0] == "I" or not any(map(_RULE.match, lines)))
        if index:
            return Kind(INDEX, of, interactive, release)
        return Kind(of, of, interactive, release)
    if codes := _CODES.search(name):
        return Kind(CODES, CODES, codes[1] == "ID", release)
    if (message := _MESSAGE.fullmatch(name)) and (message[2] or message[3] or _is_message(lines)):
        return Kind(MESSAGE, MESSAGE, False, release, message[2] or "")
    return Kind(_by_content(lines), suffix=release, by_content=True)


def _is_message(lines: list[str]) -> bool:
    return any(map(_TABLE.match, lines)) and any(map(_HEADER.match, lines))


def _by_content(lines: list[str]) -> str:
    """A directory has many blocks between rules, all headed alike."""
    if _is_message(lines):
        return MESSAGE
    keys = {SEGMENTS: 0, COMPOSITES: 0, ELEMENTS: 0, UNKNOWN: 0}
    heads = after = below = 0
    ruled = given = False
    for line in lines:
        if _RULE.match(line):
            ruled, given = True, False
        elif ruled and line.strip():
            ruled = False
            heads += 1
            match = _KEY.match(line)
            found = match.lastindex if match else None
            keys[(UNKNOWN, SEGMENTS, COMPOSITES, ELEMENTS)[found or 0]] += 1
        elif _REPR.match(line):
            given = True
            below += 1
        elif given and re.match(r"^\s*[*+#|X-]*\s+[A-Z0-9]{1,6}\s+[A-Z]", line):
            after += 1
    best = max(keys, key=lambda key: keys[key])
    if heads < 5 or best == UNKNOWN or keys[best] < heads * 0.9:
        return UNKNOWN
    if best == ELEMENTS:
        return CODES if after > below else ELEMENTS
    return best
