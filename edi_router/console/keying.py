"""Documents keyed in by hand: which ones a partner may key, and from what was typed to a file of its own."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from edi_router.console.forms import Field, document, filled, form_of, values_of
from edi_router.console.site import Site
from edi_router.engine.submit import submit
from edi_router.faults import Fault, Place, is_error
from edi_router.formats.document_type import DocumentType
from edi_router.formats.xml import parse
from edi_router.ledger import Receipt
from edi_router.library import Report
from edi_router.mapping.trace_secret import covered

_ODD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can hold (XML 1.0, 2.2)."""
STAMP = "SendTime"
"""The element of our layouts that tells when a document was sent; it is filled where nothing was typed."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was typed, as a document, and what is wrong with it."""

    data: bytes
    form: Field
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether it may be handed over."""
        return not any(is_error(fault) for fault in self.faults)


def kinds(site: Site, partner: str) -> list[DocumentType]:
    """The XML documents that a partner's agreements take, and that have a schema to make a form of."""
    configuration = site.configuration
    found = configuration.directory.partners.get(partner)
    taken = [each.kind for each in found.agreements if each.routes] if found is not None else []
    return [
        each
        for each in configuration.documents
        if each.schema_ and each.kind.format == "xml" and any(kind.overlaps(each.kind) for kind in taken)
    ]


def blank(site: Site, kind: DocumentType) -> Field:
    """The form of a kind of document."""
    assert kind.schema_ is not None
    schema = site.configuration.schemas[kind.schema_].components
    return site.recent(
        f"form {site.configuration.digest} {kind.id}", 3600, lambda: form_of(schema, kind.kind.name)
    )


def typed_from(site: Site, kind: DocumentType, data: bytes) -> dict[str, str]:
    """What a document would have been typed as, without its secrets, its own number and its time."""
    parsed, _ = parse(data)
    if parsed is None or parsed.local != kind.kind.name:
        return {}
    values = values_of(blank(site, kind), parsed.root)
    secret = {path.replace("/", ".") for path in kind.secret}
    values = {name: value for name, value in values.items() if _unnumbered(name) not in secret}
    if kind.key is not None:
        values.pop(kind.key.replace("/", "."), None)
    return {name: value for name, value in values.items() if name.rpartition(".")[2] != STAMP}


def keyed(site: Site, kind: DocumentType, values: Mapping[str, str], more: str = "") -> Keyed:
    """The document of what was typed, checked by its schema and rules; its number and time are filled in."""
    form = blank(site, kind)
    odd = {name: found[0] for name, value in values.items() if (found := _ODD.search(value))}
    whole = {name: value for name, value in values.items() if name not in odd}
    _fill(site, form, kind, whole)
    data = document(form, whole, kind.kind.qualifier or "")
    report = Report()
    checker = replace(site.checker(), now=site.clock())
    faults = [
        Fault("xml-character", Place(xpath=f"/{kind.kind.name}/{name}"), {"character": f"U+{ord(each):04X}"})
        for name, each in odd.items()
    ]
    secrets: set[str] = set()
    for each in checker.documents(data, report):
        faults += each.faults
        secrets |= {value for node in checker.secret_nodes(each) if (value := node.value())}
    told = dict.fromkeys(odd, "xml-character")
    for fault in (*report.envelope, *faults):
        told.setdefault(_name(form, fault), covered(fault.code, secrets))
    made = filled(form, {**values, **dict.fromkeys(odd, "")}, told, more)
    return Keyed(data, _needed(made, whole), (*report.envelope, *faults))


def _needed(group: Field, given: Mapping[str, str]) -> Field:
    """The form with each field marked that is needed and empty: a schema tells the first of them only."""
    children = []
    for child in group.children:
        if child.children:
            children.append(_needed(child, given))
        elif child.required and not given.get(child.path, "").strip():
            children.append(replace(child, fault=child.fault or "needed"))
        else:
            children.append(child)
    return replace(group, children=tuple(children))


def hand_over(site: Site, partner: str, kind: DocumentType, data: bytes, key: str) -> Receipt:
    """Give it to the engine as if the partner had sent it; the key makes sure that it is given once."""
    name = f"{kind.kind.name}_{key[:12]}.xml"
    configuration = site.configuration
    maximum = configuration.settings.maximum_file_megabytes * 1_000_000
    return submit(
        site.ledger, site.archive, partner, io.BytesIO(data), name, configuration.digest, maximum, key
    )


def _unnumbered(name: str) -> str:
    """The name of a field as a path has it: `Crew.2.IdNo` is `Crew.IdNo`."""
    return ".".join(step for step in name.split(".") if not step.isdigit())


def _fill(site: Site, form: Field, kind: DocumentType, values: dict[str, str]) -> None:
    key = (kind.key or "").replace("/", ".")
    if key and not values.get(key, "").strip():
        values[key] = str(uuid.uuid4())
    for path in _leaves(form):
        if path.rpartition(".")[2] == STAMP and not values.get(path, "").strip():
            now = site.clock().astimezone(site.ledger.zone)
            values[path] = f"{now:%Y%m%d%H%M%S}"


def _leaves(group: Field, at: str = "") -> list[str]:
    found: list[str] = []
    for child in group.children:
        here = f"{at}.{child.name}" if at else child.name
        if child.most == 1:
            found += _leaves(child, here) if child.children else [here]
    return found


def _name(form: Field, fault: Fault) -> str:
    """The field that a fault is about: `/TransferOrder/Goods[2]/Qty` is `Goods.2.Qty`."""
    steps = [each for each in (fault.place.xpath or "").split("/") if each][1:]
    at, group = "", form
    for step in steps:
        name, _, number = step.partition("[")
        name = name.rpartition(":")[2]
        child = next((each for each in group.children if each.name == name), None)
        if child is None:
            break
        at = f"{at}.{name}" if at else name
        if child.most != 1:
            at += f".{number.rstrip(']') or 1}"
        group = child
    return at
