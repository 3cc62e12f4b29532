"""The layout of a flat file: `schemas/records/<id>.yaml`, which records there are and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, field_validator, model_validator
from pydantic import Field as Key

from edi_router.config import Model, Problems, Tree, YesNo, did_you_mean, read_model
from edi_router.faults import Fault, Place
from edi_router.formats.encodings import usable_encoding

FOLDER = "schemas/records"
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_FORMS = {
    "yyyy": "%Y", "yy": "%y", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "HH": "%H", "mm": "%M", "ss": "%S",
}  # fmt: skip
FORM_TOKEN = re.compile("|".join(_FORMS))
"""The parts of a date's form: the longer of two that begin alike stands first."""


def _name(value: object) -> object:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("must be a name as paths write it: letters, digits, `_`, `-`, `.`")
    return value


Name = Annotated[str, BeforeValidator(_name)]


class Field(Model):
    """One field of a record."""

    name: Name
    column: str | None = None
    """The text of the header above it (CSV), where that is not the name."""
    at: int | None = Key(default=None, ge=1)
    """Its first byte in a fixed-width record, from 1; without it, it follows the field before."""
    length: int | None = Key(default=None, ge=1)
    """Its width in a fixed-width record; elsewhere the most it may have."""
    min_length: int = Key(default=0, ge=0)
    type: Literal["text", "digits", "number", "date"] = "text"
    form: str = "yyyyMMdd"
    """The form of a date: yyyy, yy, MM, M, dd, d, HH, mm, ss and what stands between; several are divided by `|`."""
    decimals: int | None = Key(default=None, ge=0)
    """The most decimals of a number."""
    mandatory: YesNo = False
    codes: tuple[str, ...] = ()
    const: str | None = None
    """The one value it has: this is how a record is known from the others."""
    align: Literal["left", "right"] = "left"
    pad: str = Key(default=" ", min_length=1, max_length=1)
    count: str | None = None
    """A control total: the number of records of that name in the document, or of all (`records`)."""
    sum: str | None = None
    """A control total: the sum over `RECORD/FIELD` in the document."""
    note: str = ""

    @property
    def heading(self) -> str:
        """The header's text for it."""
        return self.column if self.column is not None else self.name

    @cached_property
    def strptime(self) -> tuple[str, ...]:
        """The forms of a date for `datetime.strftime`; for `strptime` without the hyphens of `%-m`."""
        return tuple(
            FORM_TOKEN.sub(lambda found: _FORMS[found[0]], form.replace("%", "%%"))
            for form in self.form.split("|")
        )

    @property
    def is_own(self) -> bool:
        """Whether the writer fills it by itself."""
        return self.const is not None or self.is_total

    @property
    def is_total(self) -> bool:
        """Whether it counts or sums up other records."""
        return self.count is not None or self.sum is not None


class Record(Model):
    """One kind of record; `records` are those that follow it and belong to it."""

    name: Name
    min: int = Key(default=0, ge=0)
    max: int | None = Key(default=None, ge=1)
    fields: tuple[Field, ...]
    records: tuple[Record, ...] = ()
    note: str = ""

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def is_own(self) -> bool:
        """Whether the writer makes it by itself."""
        return all(field.is_own for field in self.fields)

    @cached_property
    def constants(self) -> tuple[tuple[int, str], ...]:
        """The positions of the fields that tell it from other records, with their values."""
        return tuple((at, field.const) for at, field in enumerate(self.fields) if field.const is not None)


class Layout(Model):
    """One `schemas/records/<id>.yaml`."""

    id: Name
    kind: Literal["csv", "delimited", "fixed"]
    name_en: str = ""
    name_zh: str = ""
    encoding: str = "gb18030"
    or_utf8: YesNo = False
    """Whether a file may be UTF-8 without a byte order mark: it is when its Chinese characters say so."""
    bom: YesNo = False
    """Whether a byte order mark is written before UTF-8; one that is read is always passed over."""
    header: YesNo = True
    """CSV: whether the first line names the columns."""
    delimiter: str = Key(default=",", min_length=1, max_length=1)
    quote: str = Key(default='"', max_length=1)
    release: str = Key(default="", max_length=1)
    """Before a character that separates nothing."""
    terminator: str = Key(default="", max_length=1)
    """What ends a record; empty for the end of the line."""
    newline: Literal["crlf", "lf"] = "crlf"
    """The line ends that are written."""
    lengths: Literal["bytes", "characters"] = "bytes"
    each: str | None = None
    """Each record of this name begins a document; without it the file is one document."""
    by: tuple[str, ...] = ()
    """... unless these fields of it are the same as in the record before."""
    records: tuple[Record, ...] = Key(min_length=1)
    note: str = ""

    @field_validator("encoding")
    @classmethod
    def _encoding(cls, value: str) -> str:
        return usable_encoding(value)

    @model_validator(mode="after")
    def _consistent(self) -> Layout:
        from edi_router.formats.records.layout_problems import problems_of

        if found := list(problems_of(self)):
            raise Problems(found)
        return self

    def all(self) -> Iterator[Record]:
        """All records, each before those that belong to it."""
        return _all(self.records)

    def find(self, name: str) -> Record | None:
        """The record of that name."""
        return next((record for record in self.all() if record.name == name), None)

    @property
    def format(self) -> str:
        """How `Kind` calls it: ``csv`` or ``records``."""
        return "csv" if self.kind == "csv" else "records"

    @property
    def suffix(self) -> str:
        """The ending of a file's name."""
        return "csv" if self.kind == "csv" else "txt"

    @property
    def eol(self) -> str:
        """The line end that is written."""
        return "\r\n" if self.newline == "crlf" else "\n"

    def size(self, text: str) -> int:
        """The length of a text, as the layout counts."""
        if self.lengths == "characters" and self.kind != "fixed":
            return len(text)
        return len(text.encode(self.encoding, "replace"))


def _all(records: tuple[Record, ...]) -> Iterator[Record]:
    for record in records:
        yield record
        yield from _all(record.records)


def layout_names(tree: Tree) -> list[str]:
    """The ids of all layouts of the tree."""
    return [name.rpartition("/")[2].removesuffix(".yaml") for name in tree.names(FOLDER, ".yaml")]


def load_layout(tree: Tree, id: str, place: Place | None = None) -> tuple[Layout | None, list[Fault]]:
    """The layout of that id; a fault (at `place`, which names it) when it is not there."""
    name = f"{FOLDER}/{id}.yaml"
    if tree.find(name) is None:
        hint = did_you_mean(id, layout_names(tree))
        values = {"what": "layout", "name": id}
        return None, [Fault("config-unknown-name", place or Place(name), values, hint=hint)]
    return read_layout(tree.text(name), tree.display(name), id)


def read_layout(text: str, file: str, id: str | None = None) -> tuple[Layout | None, list[Fault]]:
    """The layout in the text of a file; its id must be `id`, where one is told."""
    layout, node, faults = read_model(Layout, text, file)
    if layout is not None and id not in (None, layout.id) and node is not None:
        values = {"key": "id", "value": layout.id, "problem": f"must be the file's name, {id}"}
        return None, [Fault("config-value", node.place, values)]
    return layout, faults
