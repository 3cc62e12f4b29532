"""Code lists as patterns: a tree of the characters in which equal branches are written once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edi_router.formats.edifact.fast_regex import SPELLING, Spelling

_UNSAFE = re.compile(r"[+:'*\x00-\x1f\x7f-\x9f]")


def codes_pattern(codes: Iterable[str], spelling: Spelling = SPELLING) -> str | None:
    """Matches the longest code that the text begins with; None when there is no code.

    A code with a character that separators or masks stand for is left out: such a value goes the long way.

    >>> codes_pattern(["1", "2", "10", "AB", "CB"], Spelling(True))
    '(?>1(?:0)?+|2|[AC]B)'
    """
    safe = sorted({code for code in codes if code and not _UNSAFE.search(code)})
    return _branches(safe, spelling) if safe else None


def _branches(codes: list[str], spelling: Spelling) -> str:
    """The pattern of sorted, different codes, none of them empty."""
    heads: dict[str, list[str]] = {}
    for code in codes:
        heads.setdefault(code[0], []).append(code[1:])
    tails: dict[str, list[str]] = {}
    for head, rests in heads.items():
        tail = ""
        if rests != [""]:
            tail = _branches([rest for rest in rests if rest], spelling)
            if rests[0] == "":
                tail = spelling.repeat(tail, 0, 1)
        tails.setdefault(tail, []).append(head)
    choices = [_one_of(heads) + tail for tail, heads in tails.items()]
    return choices[0] if len(choices) == 1 else spelling.either(choices)


def _one_of(characters: list[str]) -> str:
    if len(characters) == 1:
        return re.escape(characters[0])
    return "[" + "".join(re.escape(character) for character in characters) + "]"
