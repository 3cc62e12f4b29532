"""A document type as its file describes it: what a document is checked by, and where its business numbers stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from edi_router.config import Model, Problems
from edi_router.formats.acknowledges import Acknowledges
from edi_router.formats.documents import Kind
from edi_router.formats.selecting import Paths, PathText, all_values
from edi_router.paths import Node


def _kind(value: str) -> str:
    Kind.parse(value)
    return value


KindText = Annotated[str, AfterValidator(_kind)]
"""A kind of document in a configuration file."""


class DocumentType(Model):
    """One `schemas/documents/<id>.yaml`."""

    id: str
    for_: KindText = Field(alias="for")
    """The kind of document, as in `Kind.parse`."""
    name_en: str = ""
    name_zh: str = ""
    schema_: str | None = Field(default=None, alias="schema")
    """The XSD that an XML document must satisfy, a name below `schemas/`."""
    rules: tuple[str, ...] = ()
    """Rule files, names below `schemas/`."""
    key: PathText | None = None
    """The path of the idempotency key: a document with a key met before is a duplicate."""
    references: dict[str, Paths] = Field(default_factory=dict)
    """Business numbers by kind: paths."""
    divided: dict[str, str] = Field(default_factory=dict)
    """Where one value holds several numbers of a kind: what stands between them, by kind."""
    parties: dict[str, Paths] = Field(default_factory=dict)
    """Who may see the document, by role: paths of codes by which a partner is known."""
    acknowledges: tuple[Acknowledges, ...] = ()
    """What it says of documents that we sent."""
    secret: Paths = ()
    """Paths of values that are never shown, such as passwords."""
    note: str = ""

    @cached_property
    def kind(self) -> Kind:
        """The kind of document this type stands for."""
        return Kind.parse(self.for_)

    def extract(self, root: Node) -> Extract:
        """The key, references and party codes of a document, each value once."""
        return Extract(
            key=next(iter(all_values(root, [self.key] if self.key else [])), None),
            references=tuple(
                (kind, number)
                for kind, paths in self.references.items()
                for number in self._numbers(kind, all_values(root, paths))
            ),
            parties=tuple(
                (role, value) for role, paths in self.parties.items() for value in all_values(root, paths)
            ),
        )

    def _numbers(self, kind: str, values: Sequence[str]) -> Sequence[str]:
        """The numbers of a kind that values hold, each once."""
        if kind not in self.divided:
            return values
        numbers = (number.strip() for value in values for number in value.split(self.divided[kind]))
        return list(dict.fromkeys(filter(None, numbers)))

    @model_validator(mode="after")
    def _divides(self) -> DocumentType:
        found = [
            (
                ("divided", kind),
                "`references` has no such kind" if kind not in self.references else "it is empty",
            )
            for kind, mark in self.divided.items()
            if kind not in self.references or not mark
        ]
        if found:
            raise Problems(found)
        return self


@dataclass(frozen=True, slots=True)
class Extract:
    """What a document type found in a document."""

    key: str | None = None
    references: tuple[tuple[str, str], ...] = ()
    parties: tuple[tuple[str, str], ...] = ()
