"""Documents that acknowledge others: what they say, of what, where a document type tells it (`acknowledges:`).

One block of the file covers one kind of statement; it may repeat (`each`), as the statuses of several payments do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from edi_router.config import Model
from edi_router.formats.answer import Answer
from edi_router.formats.selecting import Paths, PathText, all_values, path, values
from edi_router.paths import Node

ANY = "any"
"""Instead of a kind of reference: a number that may be any of those we sent."""
INTERCHANGE = "interchange"
"""The control reference of the EDIFACT interchange that we sent."""


class Coded(Model):
    """An answer that stands in the document as a code."""

    path: PathText
    values: dict[str, Answer] = Field(min_length=1)
    """What the codes mean."""
    otherwise: Answer | None = None
    """What any other code means; without it, a document with another code says nothing."""

    def read(self, part: Node) -> Answer | None:
        """What the code says; None where there is none, or it means nothing."""
        code = next(iter(values(part, self.path)), None)
        return None if code is None else self.values.get(code, self.otherwise)


class Acknowledges(Model):
    """One kind of statement that a document makes about what we sent."""

    each: PathText | None = None
    """The part of the document that stands for one statement; without it the whole document is one."""
    by: dict[str, Paths] = Field(min_length=1)
    """The numbers by which it names what we sent: paths (from the part), by kind of reference; `any` for every kind."""
    answer: Answer | Coded | tuple[Coded, ...]
    """What it says; of several codes, the first that says something."""
    words: Paths = ()
    """Where it says so in words: paths from the part."""

    def read(self, root: Node) -> Iterator[Statement]:
        """The statements of a document; one without a number or an answer is none."""
        for part in path(self.each).select(root) if self.each else [root]:
            answer = self._answer(part)
            numbers = tuple(
                dict.fromkeys(
                    (kind, value) for kind, paths in self.by.items() for value in all_values(part, paths)
                )
            )
            if answer is not None and numbers:
                yield Statement(answer, numbers, tuple(all_values(part, self.words)), part)

    def _answer(self, part: Node) -> Answer | None:
        if isinstance(self.answer, Answer):
            return self.answer
        coded = self.answer if isinstance(self.answer, tuple) else (self.answer,)
        return next((answer for each in coded if (answer := each.read(part)) is not None), None)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document says of something that we sent."""

    answer: Answer
    numbers: tuple[tuple[str, str], ...]
    """Kind of reference (or `any`) and number."""
    words: tuple[str, ...]
    part: Node
