"""An EDIFACT message as the output of a mapping: written in its directory's order, refused where a check would."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from edi_router.faults import Fault, is_error
from edi_router.formats.edifact.check import check
from edi_router.formats.edifact.directory import Definitions, MessageDef
from edi_router.formats.edifact.nodes import GroupNode, SegmentNode
from edi_router.formats.edifact.reader import read
from edi_router.formats.edifact.segment import Segment
from edi_router.formats.edifact.settings import EdifactSettings
from edi_router.formats.edifact.writer import Envelope, WriteError, not_encodable, with_trailer
from edi_router.mapping.edifact_message import Assembler, Made, Problem
from edi_router.mapping.keys import leaves
from edi_router.mapping.lint_edifact import lint_edifact
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.output import Element, rule_of, with_paths
from edi_router.mapping.scope import Run
from edi_router.mapping.target import Written
from edi_router.mapping.writing import invalid
from edi_router.rules.context import Context

_STRICT = frozenset({"character-outside-repertoire", "control-character", "byte-not-decodable"})
"""What is a warning in a file received is an error in one that we write."""
_ABSENT = frozenset({"segment-missing", "element-missing"})


@dataclass
class EdifactTarget:
    """A message type of a directory."""

    definitions: Definitions
    definition: MessageDef
    format = "edifact"
    suffix = "edi"

    def encoding(self, context: Context, envelope: Envelope | None) -> str:
        """The encoding of the interchange."""
        return (envelope or envelope_for(context, EdifactSettings())).codec

    def lint(self, definition: Definition) -> list[Fault]:
        """The faults of the output's items against the directory."""
        return lint_edifact(definition.output, self.definitions, self.definition)

    def write(self, root: Element, run: Run, envelope: Envelope | None) -> Written:
        """The message in an interchange, with every fault that its receiver's check would find."""
        dialect = envelope or envelope_for(run.context, EdifactSettings())
        assembler = Assembler(self.definitions, self.definition, dialect.version)
        assembler.run(root)
        made = assembler.made
        teller = _Teller(root, run, made)
        faults = [teller.required(element) for element in assembler.dropped]
        faults += teller.problems(assembler.problems)
        message = with_trailer([each.segment for each in made])
        at = run.context.now.astimezone(run.context.zone)
        try:
            content = dialect.write([message], "1", at)
        except WriteError as error:
            faults += teller.told(self._unwritable(error.fault, made, dialect))
            return Written(b"", [*faults, *teller.told(self._otherwise(dialect, message, at))])
        faults += teller.told(self._check(content, dialect, made))
        return Written(content, faults, _seal(dialect, message, at))

    def has_faults(self, content: bytes, dialect: Envelope) -> bool:
        """Whether a reader of the interchange finds a fault that keeps it from leaving."""
        return any(is_error(fault) or fault.code in _STRICT for fault in self._check(content, dialect))

    def _unwritable(self, fault: Fault, made: Sequence[Made], dialect: Envelope) -> Iterator[Fault]:
        """Each value that cannot be encoded; other faults of writing are told one at a time."""
        if fault.code != "character-not-encodable":
            # The interchange's own UNB stands before the message.
            yield replace(fault, place=replace(fault.place, segment=(fault.place.segment or 2) - 1))
            return
        for number, each in enumerate(made, 1):
            for _, value in not_encodable([each.segment], dialect.codec):
                yield replace(value, place=replace(value.place, segment=number))

    def _otherwise(
        self, dialect: Envelope, message: Sequence[Segment], at: datetime.datetime
    ) -> Iterator[Fault]:
        """The faults of a message that cannot be encoded, as if it could be."""
        other = replace(dialect, encoding="utf-8", separators=None)
        try:
            content = other.write([message], "1", at)
        except WriteError:
            return  # told already
        yield from self._check(content, other)

    def _check(self, content: bytes, dialect: Envelope, made: Sequence[Made] = ()) -> Iterator[Fault]:
        """What a reader of the interchange finds."""
        # No encoding is named unless it is agreed on, so that the level's repertoire is looked at.
        for interchange in read(content, encoding=dialect.encoding):
            for message in interchange.messages():
                yield from message.faults
                checked = check(
                    message,
                    self.definitions,
                    syntax_version=interchange.syntax_version,
                    interchange_header=interchange.header,
                )
                yield from checked.faults
                if not checked.faults:
                    yield from _elsewhere(checked.root, made)
            yield from interchange.faults


def _elsewhere(root: GroupNode, made: Sequence[Made]) -> Iterator[Fault]:
    """Segments that a reader takes for parts of another group than the one they were made for."""
    for node in _segments(root):
        number = node.segment.number
        if number <= len(made) and made[number - 1].group != node.group:
            values = {"tag": node.name, "expected": made[number - 1].group or "-", "message": root.name}
            yield Fault("segment-unexpected", node.place(), values)


def _segments(group: GroupNode) -> Iterator[SegmentNode]:
    for name in group.names():
        for node in group.children(name):
            if isinstance(node, GroupNode):
                yield from _segments(node)
            elif isinstance(node, SegmentNode):
                yield node


def envelope_for(context: Context, settings: EdifactSettings) -> Envelope:
    """The envelope where no partners are known: between the context's sender and recipient."""
    return envelope_between(context.sender, context.recipient, settings)


def envelope_between(sender: str, recipient: str, settings: EdifactSettings) -> Envelope:
    """The envelope between two partners of whom only the ids are known."""
    return settings.envelope((sender[:35] or "EDIROUTER", ""), (recipient[:35] or "RECIPIENT", ""))


def _seal(envelope: Envelope, message: Sequence[Segment], at: datetime.datetime) -> Callable[[int], bytes]:
    return lambda number: envelope.write([message], str(number), at)


class _Teller:
    """Tells faults of the message in terms of the input and the mapping."""

    def __init__(self, root: Element, run: Run, made: list[Made]) -> None:
        self.root = root
        self.run = run
        self.made = made
        self.paths = {id(element): path for path, element in with_paths(root)}

    def problems(self, problems: Sequence[Problem]) -> list[Fault]:
        """What could not be written, without what a missing value explains."""
        return [
            self.of(each.fault, each.element, each.item)
            for each in problems
            if each.item is None or not self._is_unfilled(each.item)
        ]

    def told(self, faults: Iterator[Fault] | list[Fault]) -> list[Fault]:
        """The errors, without those that repeat that a value is missing."""
        return [
            self.of(fault, *self._part(fault))
            for fault in faults
            if (is_error(fault) or fault.code in _STRICT) and not self._known(fault)
        ]

    def of(self, fault: Fault, element: Element, item: Item | None = None) -> Fault:
        """One fault at the input place and the mapping line of a part of the output."""
        path = self.paths.get(id(element), element.name)
        if item is not None:
            path = f"{path}/{item.name}"
        return invalid(fault, path, element, item or element.item, self.run)

    def required(self, element: Element) -> Fault:
        """A segment or group marked `required` that came to nothing."""
        texts = [source.text for leaf in leaves(element.item) for source in leaf.sources]
        values = {"target": element.name, "path": " | ".join(texts) or "-"}
        self.run.unfilled.add(element.name)
        rule = rule_of(element.item, self.run.file)
        return Fault("target-required", element.scope.place(), values, rule=rule)

    def _part(self, fault: Fault) -> tuple[Element, Item | None]:
        """The part of the output that the fault is about, and the line below it that should have filled it."""
        place = fault.place
        if fault.code == "segment-missing":
            return self._missing(place.group, place.tag or "")
        number = place.segment or 0
        made = self.made[number - 1] if 0 < number <= len(self.made) else None
        if made is None or made.element is None:
            return self.root, None
        element, repeat = place.element or 0, place.repeat or 1
        slots = [(element, place.component or 0, repeat), (element, 0, repeat)]
        if place.component is None and fault.code not in _ABSENT:
            slots.insert(0, (element, 1, repeat))  # a composite with one component is told as a whole
        for slot in slots:
            if slot in made.values:
                return made.values[slot], None
        return made.element, None

    def _missing(self, group: str | None, tag: str) -> tuple[Element, Item | None]:
        """Where a segment is missing: the last part of the way to it that there is."""
        names = [*(group.split("/") if group else ()), tag]
        element, item = self.root, self.root.item
        for name in names:
            inner = next((child for child in element.children if child.name == name), None)
            below = next((child for child in item.do or () if child.name == name), None)
            if inner is not None and element.item is item:
                element, item = inner, inner.item
            elif below is not None:
                item = below
        return element, item if item is not element.item else None

    def _known(self, fault: Fault) -> bool:
        if fault.code not in _ABSENT or not self.run.unfilled:
            return False
        if fault.code == "element-missing":
            element, _ = self._part(fault)
            return self._is_unfilled(element.item)
        _, item = self._missing(fault.place.group, fault.place.tag or "")
        return item is not None and self._is_unfilled(item)

    def _is_unfilled(self, item: Item) -> bool:
        return any(each.name in self.run.unfilled for each in _items(item))


def _items(item: Item) -> Iterator[Item]:
    yield item
    for child in item.do or ():
        yield from _items(child)
