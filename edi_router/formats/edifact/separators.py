"""The service characters of an interchange, and the splitting and joining of text by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Element = tuple[tuple[str, ...], ...]
"""One data element: its repeats, each a tuple of components."""
Value = str | list[str] | list[list[str]]
"""A data element: a text, or its components, or where it repeats a list of components for each time."""


@dataclass(frozen=True, slots=True)
class Separators:
    """The six characters of UNA; `release` and `repetition` are empty when they are not used.

    >>> Separators().una
    "UNA:+.? '"
    """

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    repetition: str = ""
    terminator: str = "'"

    @property
    def una(self) -> str:
        """The service string advice that announces them."""
        return "".join(
            ("UNA", self.component, self.element, self.decimal, self.release or " ", self.repetition or " ",
             self.terminator)
        )  # fmt: skip

    @property
    def active(self) -> str:
        """The characters that must be released inside data."""
        return self.component + self.element + self.repetition + self.terminator + self.release

    @property
    def is_default(self) -> bool:
        """Whether a reader understands them without UNA (`*` is the default repetition of version 4)."""
        return self.una in ("UNA:+.? '", "UNA:+.?*'")

    def problem(self) -> str:
        """Why these characters cannot separate anything, or an empty string.

        >>> Separators(component="+").problem()
        '+ stands twice'
        """
        for character in self.active:
            if character.isalnum() or len(character) != 1:
                return f"{character} is a letter or digit"
            if self.active.count(character) > 1:
                return f"{character} stands twice"
        if len(self.component + self.element + self.terminator) != 3:
            return "a separator is missing"
        return ""


def split(text: str, separator: str, release: str) -> list[str]:
    """The parts of `text` between separators that are not released; release characters stay.

    >>> split("a?+b+c??+d", "+", "?")
    ['a?+b', 'c??', 'd']
    """
    pieces = text.split(separator)
    if not release or release not in text:
        return pieces
    parts: list[str] = []
    held: list[str] = []
    for piece in pieces:
        held.append(piece)
        if piece[-1:] == release and (len(piece) - len(piece.rstrip(release))) % 2:
            continue
        parts.append(separator.join(held))
        held = []
    if held:
        parts.append(separator.join(held))
    return parts


def cut(text: str, start: int, end: int, separator: str, release: str) -> list[tuple[int, int]]:
    """Where the parts of `text[start:end]` begin and end.

    >>> cut("AB+c?+d+e", 0, 9, "+", "?")
    [(0, 2), (3, 7), (8, 9)]
    """
    spans = []
    for part in split(text[start:end], separator, release):
        spans.append((start, start + len(part)))
        start += len(part) + 1
    return spans


def unescape(text: str, release: str) -> str:
    """`text` without its release characters.

    >>> unescape("it?'s ??", "?")
    "it's ?"
    """
    if not release or release not in text:
        return text
    parts = text.split(release)
    out = [parts[0]]
    at = 1
    while at < len(parts):
        if parts[at] or at + 1 == len(parts):
            out.append(parts[at] or release)  # a release character at the very end releases nothing
        else:
            out.append(release)
            at += 1
            out.append(parts[at])
        at += 1
    return "".join(out)


def escape(text: str, separators: Separators) -> str:
    """`text` with every service character released.

    >>> escape("it's 1+1", Separators())
    "it?'s 1?+1"
    """
    release = separators.release
    if not release or text.isalnum():  # no letter or digit separates anything
        return text
    text = text.replace(release, release + release)
    for character in (separators.component, separators.element, separators.repetition, separators.terminator):
        if character and character in text:
            text = text.replace(character, release + character)
    return text


def elements_of(text: str, separators: Separators) -> tuple[Element, ...]:
    """The data elements of a segment's raw text, the tag left out.

    >>> elements_of("DTM+137:20240102:102+x", Separators())
    ((('137', '20240102', '102'),), (('x',),))
    """
    release, component, repetition = separators.release, separators.component, separators.repetition
    if release and release in text:
        parts = split(text, separators.element, release)
    elif repetition and repetition in text:
        parts, release = text.split(separators.element), ""
    else:
        del (parts := text.split(separators.element))[0]
        return tuple([(tuple(part.split(component)),) if component in part else ((part,),) for part in parts])
    return tuple(
        tuple(
            tuple(unescape(value, release) for value in split(repeat, component, release))
            for repeat in (split(part, repetition, release) if repetition else (part,))
        )
        for part in parts[1:]
    )


def value_of(element: Sequence[Sequence[str]]) -> Value:
    """An element, given as repeats of components, in its plainest form.

    >>> value_of((("a",),)), value_of((("a", "b"),)), value_of((("a",), ("b",)))
    ('a', ['a', 'b'], [['a'], ['b']])
    """
    if len(element) > 1:
        return [list(components) for components in element]
    return element[0][0] if len(element[0]) == 1 else list(element[0])


def trimmed(elements: Sequence[Element]) -> tuple[Element, ...]:
    """`elements` without the empty components, repeats and elements that end a part.

    >>> trimmed(((("a", ""),), (("",),)))
    ((('a',),),)
    """
    kept = [_without_tail([_without_tail(repeat) for repeat in element]) for element in elements]
    return tuple(
        tuple(tuple(repeat) or ("",) for repeat in element) or (("",),) for element in _without_tail(kept)
    )


def _without_tail(parts: Iterable[T]) -> list[T]:
    out = list(parts)
    while out and not out[-1]:
        out.pop()
    return out


def compose(tag: str, elements: Sequence[Element], separators: Separators) -> str:
    """A segment's raw text without the terminator, trailing empty parts left out.

    >>> compose("NAD", ((("BY",),), (("",),), (("a+b", ""),), (("",),)), Separators())
    'NAD+BY++a?+b'
    """
    repetition, component = separators.repetition or "*", separators.component
    parts = [tag]
    for element in elements:
        if len(element) == 1 == len(element[0]):
            parts.append(escape(element[0][0], separators))
            continue
        repeats = [_joined(component, [escape(value, separators) for value in repeat]) for repeat in element]
        parts.append(_joined(repetition, repeats))
    return _joined(separators.element, parts)


def _joined(separator: str, parts: list[str]) -> str:
    """The parts without the empty ones at the end."""
    while parts and not parts[-1]:
        parts.pop()
    return separator.join(parts)
