"""The checker: every document of a file against its definitions, schema, rules and profiles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from edi_router.config import Tree
from edi_router.config.shelf import Unreadable
from edi_router.faults import FaultList
from edi_router.formats.detect import detect, unknown_fault
from edi_router.formats.documents import DocumentTypes, Kind
from edi_router.formats.edifact.check import Checked
from edi_router.formats.edifact.check import check as check_message
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.fast import Lane, is_proven
from edi_router.formats.edifact.fast_message import segment_count
from edi_router.formats.edifact.lenient import NONE, Leniencies
from edi_router.formats.edifact.model import Interchange, Message
from edi_router.formats.edifact.reader import read as read_interchanges
from edi_router.formats.packed import packing
from edi_router.formats.secrets import hide_secrets, secret_nodes
from edi_router.library.files import ConfigurationError, load_rule_set, load_schema
from edi_router.library.report import LIMIT, Report, extend
from edi_router.library.source import opened, streamed
from edi_router.paths import Node
from edi_router.rules.context import CHINA, Context

if TYPE_CHECKING:
    from edi_router.formats.document_type import DocumentType
    from edi_router.formats.edifact.profile import Profile
    from edi_router.formats.records import Layout
    from edi_router.formats.xml.document import XmlDocument
    from edi_router.formats.xml.schema import Schema
    from edi_router.rules import RuleSet

EXPLAINED = 100_000
"""Faults that a schema explains in one document."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file, read and checked: an EDIFACT message or an XML document."""

    kind: Kind
    root: Node
    faults: FaultList
    interchange: int
    position: int
    reference: str
    identity: str
    """Derived from the content: the same document is the same wherever and whenever it is met."""
    sender: str = ""
    recipient: str = ""
    message: Message | None = None
    within: Interchange | None = None
    xml: XmlDocument | None = None


@dataclass
class Checker:
    """What documents are checked against; `checker()` makes one, and it serves any number of files."""

    tree: Tree
    definitions: Definitions
    documents_known: DocumentTypes | None = None
    schema: Schema | None = None
    rules: tuple[RuleSet, ...] = ()
    profiles: tuple[Profile, ...] = ()
    check_as: str | None = None
    encoding: str | None = None
    lenient: Leniencies = NONE
    byte_lengths: bool = False
    now: datetime = field(default_factory=partial(datetime.now, UTC))
    layout: Layout | None = None
    """How flat files are read, where the files are that."""
    _schemas: dict[str, Schema] = field(default_factory=dict, repr=False)
    _rules: dict[str, RuleSet] = field(default_factory=dict, repr=False)
    _plain: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)

    def documents(self, source: bytes | BinaryIO, report: Report) -> Iterator[Document]:
        """The documents of a file, one after the other; EDIFACT is streamed, XML read whole."""
        return self._documents(source, report, None)

    def _documents(self, source: bytes | BinaryIO, report: Report, lane: Lane | None) -> Iterator[Document]:
        head, stream = opened(source)
        if (packed := packing(head)) is not None:
            report.format = packed
            yield from self._packed(stream, report, lane)
            return
        if self.layout is not None:
            report.format = self.layout.format
            yield from self._records(stream.read(), self.layout, report)
            return
        report.format = detect(head)
        if report.format == "edifact":
            yield from self._edifact(stream, report, lane)
        elif report.format == "xml":
            yield from self._xml(stream.read(), report)
        else:
            report.envelope.append(unknown_fault(head))

    def _packed(self, source: BinaryIO, report: Report, lane: Lane | None) -> Iterator[Document]:
        """What is in each member of a gzip file or a ZIP archive, as it comes out of it.

        An archive that is not whole has only the fault that says so: nothing of it would be taken.
        """
        from edi_router.formats.packed import Limits, Unpackable, members

        found: dict[str, Report] = {}
        try:
            for member in members(source, "content", Limits()):
                found[member.name] = Report(limit=report.limit)
                yield from self._documents(streamed(member.blocks), found[member.name], lane)
        except Unpackable as error:
            report.envelope.append(error.fault)
            return
        for name, inner in found.items():
            report.add(inner, name)

    def report(self, source: bytes | BinaryIO, limit: int = LIMIT) -> Report:
        """Everything that is wrong with a file."""
        report = Report(limit=limit)
        for _ in self._documents(source, report, self._lane):
            pass
        return report

    @property
    def _lane(self) -> Lane | None:
        """What finds the messages without fault; it does not count bytes."""
        return None if self.byte_lengths else Lane(self.definitions, self.check_as)

    def _edifact(self, source: BinaryIO, report: Report, lane: Lane | None) -> Iterator[Document]:
        """The messages; with a lane, those that it has found to have no fault are only counted."""
        interchanges = read_interchanges(source, encoding=self.encoding, prove=lane, lenient=self.lenient)
        for number, interchange in enumerate(interchanges, start=1):
            seen = 0
            for message in interchange.messages():
                seen += 1
                report.messages += 1
                report.segments += segment_count(message)
                if lane is not None and self._is_settled(message, interchange):
                    extend(report.content, message.faults)
                    continue
                document = self.message(message, interchange, number)
                extend(report.content, document.faults)
                yield document
            there = (interchange.header, interchange.trailer)
            report.segments += sum(segment is not None for segment in there) + 2 * interchange.group_count
            report.interchanges += seen > 0 or interchange.header is not None
            extend(report.envelope, interchange.faults)

    def _is_settled(self, message: Message, interchange: Interchange) -> bool:
        """Whether the message is known to have no fault, no rule asks for more, and it follows the profiles."""
        if not is_proven(message, self.definitions, self.check_as, interchange.syntax_version):
            return False
        by = (message.type, message.directory)
        if by not in self._plain:
            kind = Kind("edifact", *by)
            judging = self._judging(kind)
            rules = any(each.includes(kind) for each in (*self._rules_of(judging), *self.rules))
            self._plain[by] = not rules
        return self._plain[by] and (not self.profiles or self._follows(message, interchange))

    def _follows(self, message: Message, interchange: Interchange) -> bool:
        """Whether a message without fault follows the profiles, too."""
        root = self._checked(message, interchange).root
        return not any(profile.check(root) for profile in self.profiles)

    def message(self, message: Message, interchange: Interchange, number: int = 1) -> Document:
        """One message of an interchange, checked."""
        kind = Kind("edifact", message.type, message.directory)
        checked = self._checked(message, interchange)
        faults = FaultList(LIMIT)
        extend(faults, message.faults)
        extend(faults, checked.faults)
        text = "\n".join(segment.text for segment in message.segments)
        identity = hashlib.sha256(f"{interchange.sender}\n{text}".encode("utf-8", "replace")).hexdigest()
        document = Document(
            kind, checked.root, faults, number, message.position, message.reference, identity,
            interchange.sender, interchange.recipient, message=message, within=interchange,
        )  # fmt: skip
        self._content(document)
        return document

    def _checked(self, message: Message, interchange: Interchange) -> Checked:
        return check_message(
            message,
            self.definitions,
            check_as=self.check_as,
            syntax_version=interchange.syntax_version,
            interchange_header=interchange.header,
            lenient=self.lenient,
            byte_lengths=self.byte_lengths,
        )

    def _xml(self, data: bytes, report: Report) -> Iterator[Document]:
        from edi_router.formats.xml.reader import parse

        parsed, found = parse(data)
        extend(report.envelope, found)
        if parsed is None:
            return
        report.interchanges, report.messages = 1, 1
        kind = Kind("xml", parsed.local, parsed.namespace or "")
        described = self.described(kind)
        faults = FaultList(LIMIT)
        schema = self.schema_of(described)
        if schema is not None:
            extend(faults, schema.check(parsed, EXPLAINED))
        elif not (self.rules or (described is not None and described.rules)):
            report.unknown_root = parsed.local
        root = parsed.node()
        key = (described.extract(root).key or "") if described is not None else ""
        identity = hashlib.sha256(data).hexdigest()
        document = Document(kind, root, faults, 1, 1, key, identity, xml=parsed)
        self._content(document)
        extend(report.content, faults)
        yield document

    def _records(self, data: bytes, layout: Layout, report: Report) -> Iterator[Document]:
        kind = Kind(layout.format, layout.id)
        described = self.described(kind)
        from edi_router.formats.records import read as read_records

        found, faults = read_records(data, layout)
        extend(report.envelope, faults)
        for each in found:
            report.interchanges, report.messages = 1, report.messages + 1
            key = (described.extract(each.root).key or "") if described is not None else ""
            identity = hashlib.sha256(data[each.offset : each.offset + each.length]).hexdigest()
            document = Document(kind, each.root, each.faults, 1, each.position, key, identity)
            self._content(document)
            extend(report.content, document.faults)
            yield document

    def _content(self, document: Document) -> None:
        """Rules and profiles."""
        judging = self._judging(document.kind)
        context = self.context(document)
        known = (*self._rules_of(judging), *self.rules)
        sets = [each for each in known if each.judges(document.kind, document.faults)]
        if sets:
            from edi_router.rules.check import check as check_rules

            extend(document.faults, check_rules(document.root, sets, context))
        found = tuple(document.faults)
        for profile in self.profiles:
            extend(document.faults, profile.check(document.root, found))
        if judging is not None:
            hide_secrets(document.faults, document.root, judging.secret)

    def context(self, document: Document) -> Context:
        """What a mapping or a rule may know besides the document."""
        return Context(
            now=self.now,
            business_date=self.now.astimezone(CHINA).date(),
            message_id=document.identity,
            sender=document.sender,
            recipient=document.recipient,
        )

    def secret_nodes(self, document: Document) -> list[Node]:
        """Where the values stand that may not be shown."""
        judging = self._judging(document.kind)
        return [] if judging is None else secret_nodes(document.root, judging.secret)

    def described(self, kind: Kind) -> DocumentType | None:
        """The document type of this kind; the more specific one where two fit. ConfigurationError when its file is wrong."""
        return None if self.documents_known is None else _readable(self.documents_known.of, kind)

    def _judging(self, kind: Kind) -> DocumentType | None:
        """The same, also None where it names neither rules nor secrets."""
        return None if self.documents_known is None else _readable(self.documents_known.judging, kind)

    def schema_of(self, described: DocumentType | None) -> Schema | None:
        """The schema given, else the one of the document type."""
        if self.schema is not None or described is None or described.schema_ is None:
            return self.schema
        name = described.schema_
        if name not in self._schemas:
            self._schemas[name] = load_schema(lambda each: self.tree.read(f"schemas/{each}"), name)
        return self._schemas[name]

    def _rules_of(self, described: DocumentType | None) -> list[RuleSet]:
        names = described.rules if described is not None else ()
        for name in names:
            if name not in self._rules:
                self._rules[name] = load_rule_set(self.tree, name)
        return [self._rules[name] for name in names]


def _readable(find: Callable[[Kind], DocumentType | None], kind: Kind) -> DocumentType | None:
    """What is found, or ConfigurationError."""
    try:
        return find(kind)
    except Unreadable as error:
        raise ConfigurationError(error.faults) from None
