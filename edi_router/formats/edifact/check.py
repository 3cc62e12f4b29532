"""Checks a message against its directory: order, occurrence, elements, code values. It never gives up.

Where the message departs from its definition, `structure_resync` finds the reading with the fewest mistakes
and the check goes on from there, so that one mistake is one fault at its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from edi_router.faults import Fault, FaultList, Place
from edi_router.formats.edifact.charset import lost_tags, lost_terminators
from edi_router.formats.edifact.directory import SERVICE_MESSAGES, Definitions, MessageDef, directory_name
from edi_router.formats.edifact.elements import SegmentSpec, check_elements, segment_spec
from edi_router.formats.edifact.envelope import TOLD, before_cut, group_version_faults, version_of
from edi_router.formats.edifact.fast import WARM, fast_check
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.formats.edifact.layout import layout_of
from edi_router.formats.edifact.lenient import NONE, Leniencies
from edi_router.formats.edifact.lenient_content import repair
from edi_router.formats.edifact.model import Message
from edi_router.formats.edifact.nearest import RELEASE, nearest
from edi_router.formats.edifact.nodes import EnvelopeNode, GroupNode, MessageNode, SegmentNode
from edi_router.formats.edifact.secured import HEADER, TRAILER, secured
from edi_router.formats.edifact.secured import SERVICE as SECURED
from edi_router.formats.edifact.secured import TAGS as SECURITY_TAGS
from edi_router.formats.edifact.segment import BAD_TAG, SUSPECT, UNTERMINATED, Segment
from edi_router.formats.edifact.structure import BEGIN, Group, Leaf, State, Structure
from edi_router.formats.edifact.structure_resync import (
    INSTEAD,
    NEAR,
    SKIP,
    Reading,
    is_slip,
    passed,
    read_structure,
)

LIMIT = 1000
"""Faults kept for one message; all are counted."""
_SHOWN = 35
"""Characters of an association's code that are shown; there may be six."""


@dataclass(slots=True)
class Checked:
    """The message as paths see it, what is wrong with it, and by which definition."""

    root: MessageNode
    faults: FaultList
    definition: MessageDef | None = None
    directory: str = ""


def check(
    message: Message,
    definitions: Definitions,
    *,
    check_as: str | None = None,
    syntax_version: int = 3,
    interchange_header: Segment | None = None,
    lenient: Leniencies = NONE,
    byte_lengths: bool = False,
) -> Checked:
    """Check `message` by its own directory, or by `check_as` (``D96B``).

    Without a definition there is one warning, `definition-missing` or (where none can be imported)
    `message-type-unknown`, and `root` holds the segments flat.
    `interchange_header` is UNB, for ``$envelope`` paths. A message that the fast lane knows to have no fault (see
    `fast.Lane`) is not looked at again, and its tree is made when it is asked for. What is `lenient` is repaired in
    `message` itself, whose faults the warnings join. `byte_lengths`: data elements are as long as their bytes.
    """
    directory = directory_name(message.type, *version_of(message))
    if message.type in SERVICE_MESSAGES:
        directory = "service-4" if syntax_version == 4 or directory == "service-4" else "service-3"
    elif check_as is not None:
        directory = check_as
    service = "service-4" if syntax_version == 4 else "service-3"
    bytes_in = message.header.dialect.encoding if byte_lengths else None
    fast = (bytes_in is None or all(segment.text.isascii() for segment in message.segments)) and fast_check(
        message, definitions, check_as=check_as, syntax_version=syntax_version, warm=WARM
    )
    if lenient and not fast:
        repair(message, partial(_spec_of, definitions, directory, service), syntax_version, lenient, bytes_in)

    def envelope() -> EnvelopeNode:
        return EnvelopeNode(_headers(message, definitions, service, interchange_header))

    checked = Checked(MessageNode(message.type, envelope), FaultList(LIMIT), None, directory)
    definition = checked.definition = definitions.message_of(directory, message.type)
    if definition is not None:
        checked.root.layout = layout_of(definitions, directory, service, definition)
    checked.faults.extend(group_version_faults(message))
    if fast:
        checked.root.defer(message)
        return checked
    found = _Check(message, definitions, checked, service, syntax_version, bytes_in)
    found.run()
    if found.fits and not checked.faults and not lenient and isinstance(message, SlicedMessage):
        checked.root.defer(message)  # nothing is wrong with it: programs read its text, not its nodes
    return checked


def _spec_of(definitions: Definitions, directory: str, service: str, tag: str) -> SegmentSpec | None:
    """The segment of the message's directory; the service segments are in their own."""
    where = (directory, service, SECURED) if tag in SECURITY_TAGS else (directory, service)
    specs = (segment_spec(definitions, each, tag) for each in where)
    return next((spec for spec in specs if spec is not None), None)


def _headers(
    message: Message, definitions: Definitions, service: str, interchange_header: Segment | None
) -> list[tuple[Segment, SegmentSpec | None]]:
    headers = [interchange_header] if interchange_header is not None else []
    if message.group is not None:
        headers.append(message.group.header)
    if not message.headless:
        headers.append(message.header)
    return [(header, segment_spec(definitions, service, header.tag)) for header in headers]


def _position(place: Place) -> tuple[int, int]:
    """The data element and the component in it."""
    return place.element or 0, place.component or 0


@dataclass(slots=True)
class _Odd:
    """A fault that may turn out to be half of a displacement: where it stands in the list, and its tag."""

    tag: str
    at: int
    number: int
    leaf: Leaf | None = None


@dataclass(slots=True)
class _Check:
    message: Message
    definitions: Definitions
    checked: Checked
    service: str
    syntax_version: int
    bytes_in: str | None = None
    faults: list[Fault | None] = field(default_factory=list)
    missing: list[_Odd] = field(default_factory=list)
    skipped: list[_Odd] = field(default_factory=list)
    open: list[GroupNode] = field(default_factory=list)
    specs: dict[str, SegmentSpec | None] = field(default_factory=dict)
    fits: bool = False
    """Whether every segment has its place in the definition, read step by step."""

    def run(self) -> None:
        if self.checked.definition is None:
            self._flat()
        else:
            self._structured(self.checked.definition)
        self.checked.faults.extend(fault for fault in self.faults if fault is not None)

    def _flat(self) -> None:
        message, root = self.message, self.checked.root
        cut_off = message.header.marks & UNTERMINATED
        if (
            message.type and all(version_of(message)) and not cut_off
        ):  # else that is the fault, and told already
            self.faults.append(self._undefined())
        for segment in message.segments:
            root.add(SegmentNode(segment, self._spec(segment.tag), root, None))
            if segment.tag in ("UNH", "UNT"):
                self._elements(segment, None)

    def _undefined(self) -> Fault:
        """There is no definition of the message: whether it can be imported, or what is meant."""
        type, directory = self.message.type, self.checked.directory
        place, values, hint = (
            self.message.header.place(),
            {"type": type, "directory": directory},
            self._in_capitals(),
        )
        name = directory.upper()
        possible = RELEASE(name) is not None
        about = (
            self.definitions.cached(("about", name), lambda: self.definitions.about(name) or {})
            if possible
            else None
        )
        if not possible:
            values["directory"] = ":".join(version_of(self.message))
        elif hint is None and (near := nearest(self.definitions, name, type)) is not None:
            values["near"] = near
        if possible and not (about and about.get("whole")):
            values["zip"] = f"{directory.lower()}.zip"
            return Fault("definition-missing", place, values, hint=hint)
        alike = (each for each in (about or {}).get("messages", ()) if is_slip(type, each))
        meant = next((f"{each} {name}" for each in alike), None)
        return Fault("message-type-unknown", place, values, hint=hint or meant)

    def _in_capitals(self) -> str | None:
        """The message type and directory in capitals, where that is a definition."""
        type, directory = self.message.type.upper(), self.checked.directory.upper()
        known = self.definitions.message_of(directory, type)
        return f"{type} {directory}" if known is not None else None

    def _spec(self, tag: str) -> SegmentSpec | None:
        try:
            return self.specs[tag]
        except KeyError:
            spec = self.specs[tag] = _spec_of(self.definitions, self.checked.directory, self.service, tag)
            return spec

    def _elements(self, segment: Segment, group: str | None) -> None:
        spec = self._spec(segment.tag)
        if spec is None:
            return
        found = check_elements(segment, spec, self.syntax_version, group, bytes_in=self.bytes_in)
        if segment.tag in TOLD:
            found = (each for each in found if (each.code, each.place.element) not in TOLD[segment.tag])
        if segment.marks & SUSPECT and (lost := lost_terminators(segment)):
            # From the line break on it seems to be other segments, which do not fit into this one.
            end = _position(segment.place_at(lost[0].start()))
            found = (each for each in found if _position(each.place) < end)
        self.faults.extend(map(self._of_association, before_cut(segment, found)))

    def _of_association(self, fault: Fault) -> Fault:
        """A fault of a code with the association (0057) whose guide the message follows: it has codes of its own."""
        if fault.code != "code-unknown" or not (association := self.message.association):
            return fault
        return replace(fault, values={**fault.values, "association": association[:_SHOWN]})

    def _structured(self, definition: MessageDef) -> None:
        key = ("structure", self.checked.directory, definition.type)
        structure = self.definitions.cached(key, lambda: Structure(definition))
        segments = self._without_security(structure)
        begin: State = (0, 1, ()) if self.message.headless else BEGIN
        self.open = [self.checked.root]
        tags = [segment.tag for segment in segments]
        read = read_structure(structure, tags, begin)
        whole = len(segments) == len(self.message.segments)
        self.fits = whole and not any(isinstance(found, Reading) for found in read)
        for segment, found in zip(segments, read, strict=True):
            if isinstance(found, Reading):
                self._report(structure, segment, found)
            step = found.step if isinstance(found, Reading) else found
            if step is not None and not step.same:
                self._enter(step.target, step.keep - step.repeat)
            if step is None or (isinstance(found, Reading) and found.kind == INSTEAD):
                self._set_aside(segment, structure)
            else:
                self._place(segment, step.target.path)

    def _without_security(self, structure: Structure) -> list[Segment]:
        """The segments that the definition is about; those of ISO 9735-5 around them are checked by themselves."""
        segments = self.message.segments
        security = secured([segment.tag for segment in segments], structure.tags)
        if not security:
            return segments
        root = self.checked.root
        for at in sorted(security):
            root.unplaced.append(SegmentNode(segments[at], self._spec(segments[at].tag), root, None))
            if self.syntax_version == 4:  # for older versions there were drafts only
                self._elements(segments[at], None)
        tags = [segment.tag for segment in segments]
        for tag, other, before in (
            (TRAILER, HEADER, segments[-1]),
            (HEADER, TRAILER, segments[min(security)]),
        ):
            if tags.count(tag) < tags.count(other):
                values = {"tag": tag, "name": self._name(tag)}
                self.faults.append(Fault("segment-missing", replace(before.place(), tag=tag), values))
        return [segment for at, segment in enumerate(segments) if at not in security]

    def _enter(self, leaf: Leaf, keep: int) -> None:
        """Close the groups beyond `keep` and open those of `leaf`."""
        del self.open[keep + 1 :]
        for group in leaf.groups[keep:]:
            node = GroupNode(group.name, group.path, self.open[-1])
            self.open[-1].add(node)
            self.open.append(node)

    def _place(self, segment: Segment, group: str | None) -> None:
        node = self.open[-1]
        node.add(SegmentNode(segment, self._spec(segment.tag), node, group))
        self._elements(segment, group)

    def _set_aside(self, segment: Segment, structure: Structure) -> None:
        """A segment without a place in the message; what stands in it is checked if the message has such segments."""
        root = self.checked.root
        root.unplaced.append(SegmentNode(segment, self._spec(segment.tag), root, None))
        if segment.tag in structure.tags:
            self._elements(segment, None)

    def _report(self, structure: Structure, segment: Segment, reading: Reading) -> None:
        if reading.kind in (SKIP, INSTEAD):
            self._report_odd(structure, reading.before, segment, reading)
        for leaf in reading.missing:
            self._report_missing(segment, leaf)
        if reading.excess is not None:
            self._report_excess(segment, reading.excess)

    def _report_missing(self, segment: Segment, leaf: Leaf) -> None:
        """A mandatory segment is missing before `segment`, unless it stood a little earlier by mistake."""
        for odd in reversed(self.skipped):
            if odd.tag == leaf.tag and segment.number - odd.number <= NEAR:
                self.skipped.remove(odd)
                return
        if leaf.tag in lost_tags(self.message.segments[max(segment.number - 2, 0)]):
            return  # told with the terminator that is missing before it
        if leaf.tag in self.message.strays and segment.number <= NEAR:
            return  # told as a segment outside of any message: it stands before UNH
        self.missing.append(_Odd(leaf.tag, len(self.faults), segment.number, leaf))
        place = replace(segment.place(group=leaf.path), tag=leaf.tag)
        self.faults.append(Fault("segment-missing", place, {"tag": leaf.tag, "name": self._name(leaf.tag)}))

    def _name(self, tag: str) -> str:
        """What the directory calls the segment."""
        where = (self.checked.directory, self.service, SECURED)
        found = (self.definitions.segment(each, tag) for each in where)
        return next((segment.name for segment in found if segment is not None), "")

    def _report_odd(self, structure: Structure, state: State, segment: Segment, reading: Reading) -> None:
        """A segment that does not belong here: misplaced, unknown, or not expected."""
        tag = segment.tag
        here = structure.leaves[state[0]] if state[0] >= 0 else None
        place = segment.place(group=here.path if here else None)
        if reading.kind == SKIP:
            for odd in reversed(self.missing):
                if odd.tag == tag and segment.number - odd.number <= NEAR and odd.leaf is not None:
                    self.missing.remove(odd)
                    self.faults[odd.at] = None
                    before = self.message.segments[odd.number - 1].tag
                    self.faults.append(Fault("segment-misplaced", place, {"tag": tag, "before": before}))
                    return
            leaf = passed(structure, state, tag)
            if leaf is not None and here is not None and self._room(leaf):
                self.skipped.append(_Odd(tag, len(self.faults), segment.number))
                self.faults.append(Fault("segment-misplaced", place, {"tag": tag, "before": here.tag}))
                return
        if reading.step is not None:
            expected = reading.step.target.tag
        else:
            tags = list(dict.fromkeys(leaf.tag for leaf in structure.expected(state)))
            if tag in tags:  # it stands too early: what follows belongs before it
                later = (each.tag for each in self.message.segments[segment.number :] if each.tag != tag)
                tags = [next(later, "UNT")]
            expected = ", ".join(tags[:8]) + (", …" if len(tags) > 8 else "")
        self.skipped.append(_Odd(tag, len(self.faults), segment.number))
        if segment.marks & BAD_TAG:
            return  # told where it was read
        code = "segment-unexpected" if tag in structure.tags else "segment-unknown"
        values = {"tag": tag, "expected": expected, "message": structure.definition.type}
        meant = reading.step is not None and is_slip(tag, expected)
        self.faults.append(Fault(code, place, values, hint=expected if meant else None))

    def _room(self, leaf: Leaf) -> bool:
        """Whether the segment could still stand where it belongs, in the groups open now."""
        return len(self.open[len(leaf.groups)].children(leaf.tag)) < leaf.limit

    def _report_excess(self, segment: Segment, over: Group | Leaf) -> None:
        if isinstance(over, Leaf):
            values = {"tag": over.tag, "limit": str(over.limit)}
            self.faults.append(Fault("segment-repeated", segment.place(group=over.path), values))
        else:
            values = {"group": over.path, "limit": str(over.limit)}
            self.faults.append(Fault("group-repeated", segment.place(group=over.path), values))
