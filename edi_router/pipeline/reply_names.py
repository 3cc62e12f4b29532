"""What the parts of a document are called in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edi_router.faults import Fault, Place
from edi_router.formats.document_type import DocumentType
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.elements import PartSpec, segment_spec
from edi_router.formats.edifact.names_zh import element_zh, segment_zh
from edi_router.formats.records import Layout
from edi_router.formats.xml import Schema
from edi_router.pipeline.configuration import Configuration

_STEP = re.compile(r"\[[^\]]*\]")
_ELEMENT = re.compile(r"d(\d{4})")
_CONDITION = re.compile(r"d(\d{4})\s*=\s*'([^']*)'")
_ENDS = re.compile(r"[;；:：。，（(]|, | - |\. ")
_RANGE = re.compile(r"\d-\d")
_PREDICATE = re.compile(r"\[[^\[\]]*\]")
_TAG = re.compile(r"\b(?!SG\d)([A-Z]{3})\b")
_PATHS = ("path", "paths", "given", "one", "other")
"""Values of a profile's faults that are paths."""


@dataclass(frozen=True)
class Naming:
    """Where names are looked up: the definitions, schemas and layouts of a configuration."""

    definitions: Definitions
    described: Callable[[Kind], DocumentType | None]
    schema: Callable[[Kind], Schema | None]
    layout: Callable[[Kind], Layout | None]
    secrets: Callable[[str], Sequence[str]]
    """The paths of all secrets in documents of a format: what a file that cannot be read may hold."""


def naming_of(configuration: Configuration) -> Naming:
    """Where a configuration has the names of what stands in documents."""

    def schema(kind: Kind) -> Schema | None:
        described = configuration.document(kind)
        return configuration.schemas.find(described.schema_ or "") if described is not None else None

    def secrets(format: str) -> Sequence[str]:
        return [
            path for each in configuration.documents if each.kind.format == format for path in each.secret
        ]

    return Naming(
        configuration.definitions,
        configuration.document,
        schema,
        lambda kind: configuration.layouts.find(kind.name),
        secrets,
    )


@dataclass(frozen=True)
class Names:
    """The names for documents of one kind in one language."""

    naming: Naming
    kind: Kind
    language: str

    def document(self) -> str:
        """What the document is: its type's name, with the message or the root element."""
        described = self.naming.described(self.kind)
        name = ""
        if described is not None:
            name = described.name_zh if self.language == "zh" else described.name_en
        code = (
            f"{self.kind.name} {self.kind.qualifier or ''}"
            if self.kind.format == "edifact"
            else self.kind.name
        )
        code = code.strip()
        if not name:
            return code
        if self.kind.format in ("csv", "records"):
            return name
        return f"{name}（{code}）" if self.language == "zh" else f"{name} ({code})"

    def segment(self, tag: str) -> str:
        """A segment of the message."""
        if self.language == "zh" and (name := segment_zh(tag)) is not None:
            return name
        for directory in (self.kind.qualifier or "", "service-3"):
            found = self.naming.definitions.segment(directory, tag)
            if found is not None:
                return found.name.capitalize()
        return ""

    def element(self, id: str, name: str = "") -> str:
        """A data element or composite by its number; `name` is what it is called in English, if known."""
        if self.language == "zh" and (chinese := element_zh(id)) is not None:
            return chinese
        if not name:
            directory = self.kind.qualifier or ""
            found = self.naming.definitions.element(directory, id) or self.naming.definitions.composite(
                directory, id
            )
            name = found.name if found is not None else ""
        return name.removesuffix(", coded").capitalize()

    def at(self, place: Place) -> tuple[str, str]:
        """Number and name of the data element at a place of an EDIFACT message; empty where there is none."""
        if place.tag is None or place.element is None:
            return "", ""
        for directory in (self.kind.qualifier or "", "service-3"):
            spec = segment_spec(self.naming.definitions, directory, place.tag)
            if spec is None or place.element > len(spec.parts):
                continue
            part = spec.parts[place.element - 1]
            if isinstance(part, PartSpec) and part.components:
                inner = place.component or (1 if len(part.components) == 1 else 0)
                if 0 < inner <= len(part.components):
                    found = part.components[inner - 1]
                    return found.id, self.element(found.id, found.name)
            return part.id, self.element(part.id, part.name)
        return "", ""

    def xml(self, path: str) -> str:
        """The element or attribute at an XPath: what the schema calls it; empty when it says nothing."""
        schema = self.naming.schema(self.kind)
        steps = [_STEP.sub("", each).removeprefix("@") for each in path.strip("/").split("/") if each]
        if schema is None or not steps:
            return ""
        info = schema.element(steps)
        if info is None:
            return ""
        return _short(info.notes.get(self.language) or info.notes.get("") or "")

    def field(self, record: str, number: int | None) -> str:
        """The heading of a field of a flat file."""
        layout = self.naming.layout(self.kind)
        found = layout.find(record) if layout is not None else None
        if found is None or number is None or number > len(found.fields):
            return ""
        return found.fields[number - 1].heading

    def values(self, fault: Fault) -> dict[str, str]:
        """The names that a fault's values carry, in the reader's language."""
        given = fault.values
        if self.kind.format == "edifact":
            return self._edifact(fault)
        if self.kind.format == "xml":
            return self._xml(fault)
        name = self.field(fault.place.tag or "", fault.place.element)
        return {"field": name} if name and "field" in given else {}

    def _edifact(self, fault: Fault) -> dict[str, str]:
        given = fault.values
        named = {}
        id = given.get("element") or given.get("id") or ""
        if "name" in given:
            if id:
                named["name"] = self.element(id, given["name"]) or id
            elif "tag" in given:
                named["name"] = self.segment(given["tag"]) or given["name"]
        elif (inner := _ELEMENT.findall(given.get("path", ""))) and fault.code == "target-required":
            named["name"] = self.element(inner[-1]) or inner[-1]
        elif fault.code == "target-required":
            named["name"] = given.get("path", "")
        if fault.code.startswith("profile-"):
            between = "、" if self.language == "zh" else ", "
            named |= {
                key: between.join(self.path(each.strip()) for each in given[key].split(", "))
                for key in _PATHS
                if key in given
            }
        return named

    def path(self, path: str) -> str:
        """A path of an EDIFACT message in words: the segment, the data element, what qualifies them."""
        tags = _TAG.findall(path)
        if not tags:
            return path
        told = f"{tags[-1]} {self.segment(tags[-1])}".strip()
        plain = path
        while _PREDICATE.search(plain):
            plain = _PREDICATE.sub("", plain)
        elements = _ELEMENT.findall(plain)
        if elements:
            told += (" › " if told else "") + (self.element(elements[-1]) or elements[-1])
        qualified = [f"{self.element(id) or id} = {value}" for id, value in _CONDITION.findall(path)]
        if not qualified:
            return f"“{told}”"
        inside = ", ".join(qualified)
        return f"“{told}（{inside}）”" if self.language == "zh" else f"“{told} ({inside})”"

    def _xml(self, fault: Fault) -> dict[str, str]:
        given, path = fault.values, fault.place.xpath or ""
        named = {}
        steps = path.split("/")
        inside = "parent" in given and given.get("parent") == _STEP.sub("", steps[-1])
        parent = path if inside else "/".join(steps[:-1])
        if "name" in given:
            child = (
                f"{parent}/{given['name']}" if inside or _STEP.sub("", steps[-1]) != given["name"] else path
            )
            named["name"] = self._both(given["name"], self.xml(child))
        if "parent" in given:
            named["parent"] = self._both(given["parent"], self.xml(parent))
        if fault.code == "target-required":
            wanted = given.get("path", "").split("/")
            root = f"/{self.kind.name}/"
            named["name"] = self._both(wanted[-1], self.xml(root + "/".join(wanted)))
        return named

    def elements(self, fault: Fault, listed: Sequence[str]) -> str:
        """Elements that may stand where the fault is, with what the schema calls them."""
        parent = (fault.place.xpath or "").rpartition("/")[0]
        return ", ".join(self._both(each, self.xml(f"{parent}/{each}")) for each in listed)

    def _both(self, name: str, label: str) -> str:
        if not label or label == name:
            return name
        return f"{label}（{name}）" if self.language == "zh" else f"{label} ({name})"


def _short(note: str) -> str:
    """A schema's note as a name: its first words; empty where it lists codes or a form.

    >>> _short("certificate no; M if CertKind=1"), _short("9 new, 5 amend, 1 cancel"), _short("yyyyMMdd")
    ('certificate no', '', '')
    """
    name = _ENDS.split(note, maxsplit=1)[0].strip().rstrip(".")
    if name != note and len(name) < 3:  # `入境：…` tells two things apart
        return ""
    listed = "=" in name or "yyyy" in name or _RANGE.search(name) is not None
    useless = name[:1].isdigit() or listed or len(name) > 40
    return "" if useless else name


def joined(parts: Sequence[str], language: str) -> str:
    """The parts that are not empty, as one phrase."""
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)
