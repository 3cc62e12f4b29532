"""The places of a source that have a value, with their names: what a skeleton guesses from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from edi_router.formats.edifact.directory import Definitions, GroupUse, MessageDef, SegmentUse
from edi_router.formats.edifact.elements import ElementSpec, PartSpec, name_of, segment_spec
from edi_router.formats.records import Layout, Record
from edi_router.formats.xml.document import ElementNode
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.skeleton_model import Candidate, Content, Step
from edi_router.mapping.skeleton_words import words
from edi_router.paths import Node, parse

DEEPEST = 14
MOST = 20000
_NUMBERS = frozenset(("5004", "6060", "6066", "6314", "5118"))
"""Amount, quantity, control value, measurement value, price: numbers that some releases define as `an`."""
_ABOUT = frozenset(("d1131", "d3055", "d2379"))
"""What says how another element is to be read."""
_NUMERIC = frozenset(
    ("decimal", "integer", "int", "long", "short", "float", "double", "nonNegativeInteger", "positiveInteger")
)


class EdifactCandidates:
    """The data elements of a message, each under every qualifier that its segment can have.

    With the messages of a sample it is the qualifiers that occur there.
    """

    def __init__(self, definitions: Definitions, message: MessageDef, roots: Sequence[Node] = ()) -> None:
        self.definitions = definitions
        self.message = message
        self.roots = roots

    def all(self) -> Iterator[Candidate]:
        """All of them."""
        yield from self._level(self.message.content, ())

    def _level(
        self, content: Sequence[SegmentUse | GroupUse], above: tuple[Step, ...], around: str = ""
    ) -> Iterator[Candidate]:
        for use in content:
            if isinstance(use, GroupUse):
                trigger = use.content[0]
                name = trigger.tag if isinstance(trigger, SegmentUse) else ""
                segment = self.definitions.segment(self.message.directory, name)
                inner = segment.name if segment is not None else ""
                step = Step(use.name, use.repeat > 1, words(inner))
                yield from self._level(use.content, (*above, step), inner)
            elif use.tag not in ("UNH", "UNT", "UNS"):
                yield from self._segment(use, above, around)

    def _segment(self, use: SegmentUse, above: tuple[Step, ...], around: str) -> Iterator[Candidate]:
        segment = self.definitions.segment(self.message.directory, use.tag)
        spec = segment_spec(self.definitions, self.message.directory, use.tag)
        if segment is None or spec is None:
            return
        found: tuple[str, ElementSpec] | None = None
        choices: Mapping[str, str] = {}
        for found in _qualifiers(spec.parts):
            choices = self._occurring(found, (*above, Step(use.tag)))
            if choices:
                break
        if found is not None and self.roots and not choices:
            return
        for code, meaning in choices.items() if choices else (("", ""),):
            where, step = use.tag, Step(use.tag, use.repeat > 1)
            if code and found is not None:
                where, step = f"{use.tag} {code}", Step(f"{use.tag}[{found[0]}='{code}']", use.repeat > 1)
            for part, element, repeats in _elements(spec.parts):
                name = name_of(element)
                if name in _ABOUT or (found is not None and found[1].id == element.id):
                    continue
                steps = (*above, step, *((Step(part),) if part else ()), Step(name, repeats))
                yield Candidate(
                    steps,
                    f"{where} {meaning or segment.name.capitalize()}, {element.name.lower()}",
                    words(meaning) if meaning else words(element.name),
                    words(element.name, segment.name, around),
                    _content(element, use.tag),
                    element.high,
                )

    def _occurring(self, qualifier: tuple[str, ElementSpec], steps: Sequence[Step]) -> Mapping[str, str]:
        """The qualifiers that the segment has, with their meanings."""
        codes = qualifier[1].codes or {}
        if not self.roots:
            return codes
        path = parse("/".join((*(step.text for step in steps), qualifier[0])))
        found = [text for root in self.roots for text, _ in path.values(root)]
        return {text: codes.get(text, "") for text in dict.fromkeys(found)}


def _qualifiers(parts: Sequence[ElementSpec | PartSpec]) -> list[tuple[str, ElementSpec]]:
    """The elements that say what the segment is about, with their paths from it; the likelier one first.

    What MEA measures says 6313 rather than its qualifier 6311.
    """
    found: list[tuple[str, ElementSpec]] = []
    for part in parts[:2]:
        first = part.components[0] if isinstance(part, PartSpec) and part.components else part
        if isinstance(first, ElementSpec) and first.codes:
            path = f"{name_of(part)}/{name_of(first)}" if isinstance(part, PartSpec) else name_of(first)
            if first.id == "6313":
                return [(path, first), *found]
            if "qualifier" in first.name.lower() and not found:
                found.append((path, first))
    return found


def _elements(parts: Sequence[ElementSpec | PartSpec]) -> Iterator[tuple[str, ElementSpec, bool]]:
    """The composite's name ("" for none), the element, and whether there are several of it."""
    names = [name_of(part) for part in parts]
    for part in {name_of(part): part for part in reversed(parts)}.values():
        if isinstance(part, ElementSpec):
            yield "", part, part.repeat > 1 or names.count(name_of(part)) > 1
            continue
        many = part.repeat > 1 or names.count(part.id) > 1
        inside = [name_of(element) for element in part.components]
        for element in {name_of(each): each for each in reversed(part.components)}.values():
            yield part.id, element, many or inside.count(name_of(element)) > 1


def _content(element: ElementSpec, tag: str) -> Content:
    if element.id in ("2380", "2031") or (tag == "DTM" and element.id.startswith("2")):
        return Content.DATE
    return Content.NUMBER if element.kind == "n" or element.id in _NUMBERS else Content.TEXT


def xml_candidates(schema: Schema, root: str) -> Iterator[Candidate]:
    """The elements with a text and the attributes of an XSD, from its root element on."""
    left = MOST

    def below(path: list[str], steps: tuple[Step, ...], around: tuple[str, ...]) -> Iterator[Candidate]:
        nonlocal left
        info = schema.element(path)
        left -= 1
        if info is None or left < 0 or len(path) > DEEPEST:
            return
        english = info.notes.get("en") or info.notes.get("", "")
        content = Content.NUMBER if info.type in _NUMERIC else Content.TEXT
        content = Content.DATE if info.type in ("date", "dateTime", "time") else content
        if info.leaf and len(path) > 1:
            # The parent's name belongs to a name such as ID or Name, which says nothing alone.
            own = words(path[-1]) if len(words(path[-1])) > 1 else words(path[-2], path[-1])
            label = f"{path[-1]}{': ' if english else ''}{english}"
            yield Candidate(steps, label, own, (*words(english), *around), content, info.max_length)
        for name in info.attributes:
            attribute = (*steps, Step(f"@{name}"))
            yield Candidate(attribute, f"{path[-1]} @{name}", words(path[-1], name), around)
        for name in info.children:
            inner = schema.element([*path, name])
            many = inner is not None and (inner.max_occurs is None or inner.max_occurs > 1)
            if name not in path:
                yield from below(
                    [*path, name], (*steps, Step(name, many, words(name))), words(path[-1], name)
                )

    return below([root], (), ())


def layout_candidates(layout: Layout) -> Iterator[Candidate]:
    """The fields of a flat file."""

    def below(record: Record, steps: tuple[Step, ...]) -> Iterator[Candidate]:
        for field in record.fields:
            content = {"number": Content.NUMBER, "date": Content.DATE}.get(field.type, Content.TEXT)
            here = (*steps, Step(field.name))
            around = words(record.name, record.note, field.note)
            label = f"{field.name}{': ' if field.column else ''}{field.column or ''}"
            yield Candidate(here, label, words(field.name), around, content, field.length)
        for inner in record.records:
            yield from below(inner, (*steps, Step(inner.name, inner.max != 1, words(inner.name))))

    for record in layout.records:
        yield from below(record, (Step(record.name, record.max != 1, words(record.name)),))


def sample_candidates(root: Node) -> Iterator[Candidate]:
    """The places of an XML document that no schema describes, by its elements alone."""
    seen: set[tuple[str, ...]] = set()

    def below(node: Node, steps: tuple[Step, ...]) -> Iterator[Candidate]:
        path = tuple(step.text for step in steps)
        if steps and path not in seen and node.value():
            seen.add(path)
            own = words(path[-1]) if len(words(path[-1])) > 1 else words(*path[-2:])
            yield Candidate(steps, path[-1], own, words(*path[-2:-1]))
        for name in node.names() if isinstance(node, ElementNode) else ():
            children = node.children(name)
            for child in children:
                yield from below(child, (*steps, Step(name, len(children) > 1, words(name))))

    return below(root, ())


UUID = Candidate((Step("$context/uuid"),), "an identifier of our own", ("uuid",))
"""What every mapping can write, whatever it reads."""


def occurring(candidates: Sequence[Candidate], roots: Sequence[Node]) -> list[Candidate]:
    """Those that have a value in one of the sample's documents."""
    kept: list[Candidate] = []
    for candidate in candidates:
        path = parse(candidate.path())
        if any(path.values(root) for root in roots):
            kept.append(candidate)
    return kept
