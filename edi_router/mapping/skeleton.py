"""A new mapping to begin with: all mandatory targets, a source guessed for each where its name tells one.

Every guess is marked, every other place holds a fixed text that fits until somebody fills it in; so the file
lints clean and runs from the first minute. With a sample, guesses are made from what occurs in it, and those
that the sample's own output refutes are taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from edi_router.config import Tree
from edi_router.faults import Fault, is_error, render
from edi_router.formats.documents import Kind, load_document_types
from edi_router.formats.edifact.directory import MessageDef
from edi_router.formats.records import Layout, load_layout
from edi_router.formats.xml.schema import Schema
from edi_router.formats.xml.sources import SchemaError
from edi_router.mapping.documents import Source, reader_of
from edi_router.mapping.golden import STANDARD
from edi_router.mapping.mapping import compiled
from edi_router.mapping.model import Definition
from edi_router.mapping.reading import read_definition
from edi_router.mapping.skeleton_guess import Guesser
from edi_router.mapping.skeleton_model import Candidate, Slot
from edi_router.mapping.skeleton_sources import (
    UUID,
    EdifactCandidates,
    layout_candidates,
    occurring,
    sample_candidates,
    xml_candidates,
)
from edi_router.mapping.skeleton_targets import EdifactSlots, XmlSlots, layout_slots
from edi_router.mapping.skeleton_write import Writer
from edi_router.paths import Node
from edi_router.tables import Table, load_table

_TRIES = 12


class Unusable(Exception):
    """What is asked for cannot be had; `option` names what to correct."""

    def __init__(self, option: str, problem: str, problem_zh: str) -> None:
        super().__init__(problem)
        self.option = option
        self.problem_zh = problem_zh


@dataclass(frozen=True)
class Wish:
    """What the mapping shall read and write, as its file says it; `schema` is the XSD of an XML source."""

    id: str
    origin: str
    target: str
    schema: str | None = None
    root: str | None = None
    """The root element of the output, where its XSD has several."""
    every: bool = False
    """Optional targets too."""


@dataclass(frozen=True)
class Skeleton:
    """The mapping's text, and how much of it is guessed or open."""

    text: str
    guesses: int
    open: int
    refuted: list[str] = field(default_factory=list)
    """Guesses that the sample's output has refuted."""


def skeleton(tree: Tree, wish: Wish, sample: bytes | None = None) -> Skeleton:
    """The text of a new mapping; Unusable when source, target or sample cannot be had."""
    maker = _Maker(tree, wish)
    origin = maker.kind("--from", wish.origin)
    roots = maker.documents(sample) if sample is not None else []
    slots, title = maker.target()
    candidates = [*maker.candidates(origin, roots), UUID]
    writer = Writer(Guesser(candidates, maker.tables(), title, roots))
    head = maker.head()
    refuted: list[str] = []
    for _ in range(_TRIES):
        writer.write(slots, len(head) + 1)
        told = maker.refuted(writer, [*head, *writer.lines], roots)
        if not told:
            break
        refuted += told
    text = "\n".join([*head, *writer.lines]) + "\n"
    return Skeleton(text, writer.guesses, writer.open, refuted)


def schema_of(tree: Tree, source: str) -> str | None:
    """The XSD that a document type names for this kind of XML document."""
    try:
        kind = Kind.parse(source)
    except ValueError:
        return None
    if kind.format != "xml":
        return None
    types, _ = load_document_types(tree)
    return next((each.schema_ for each in types if each.schema_ and each.kind.includes(kind)), None)


class _Maker:
    def __init__(self, tree: Tree, wish: Wish) -> None:
        self.tree = tree
        self.wish = wish
        self.source = Source(tree)
        self.definitions = self.source.definitions

    def kind(self, option: str, text: str) -> Kind:
        """What an option names."""
        try:
            kind = Kind.parse(text)
        except ValueError as error:
            raise Unusable(
                option, str(error), "应形如 `CUSDEC D96B`、`xml 根元素`、`csv 布局` 或 `records 布局`"
            ) from None
        if kind.format == "edifact" and kind.qualifier is None:
            raise Unusable(
                option, "the directory is missing, as in `CUSDEC D96B`", "缺少目录，如 `CUSDEC D96B`"
            )
        if kind.format in ("csv", "records"):
            self._layout(option, kind)
        return kind

    def head(self) -> list[str]:
        """The lines before the root element."""
        quoted = f'"{self.wish.origin}"' if "{" in self.wish.origin else self.wish.origin
        lines = [f"id: {self.wish.id}", f"from: {quoted}"]
        if self.wish.schema:
            lines.append(f"schema: {self.wish.schema}")
        return [
            *lines,
            f"to: {self.wish.target}",
            "note: |",
            "  What this mapping is for, and what it takes for granted.",
            "# Lines marked `guess` were guessed by name: review them. Lines marked `fill in` hold a fixed text until a",
            "# source is given: a path, or a map of keys; see docs/mapping.md.",
            "output:",
        ]

    def target(self) -> tuple[Slot, str]:
        """The places of the target, and its name."""
        name, every = self.wish.target, self.wish.every
        if name.endswith(".xsd"):
            schema = self._schema("--to", name)
            roots = [root.rpartition("}")[2] for root in schema.roots()]
            root = self.wish.root or roots[0]
            if root not in roots:
                known = ", ".join(roots)
                raise Unusable("--root", f"the XSD has the roots {known}", f"该 XSD 的根元素：{known}")
            return XmlSlots(schema, every=every).root(root), f"{name} {root}"
        kind = self.kind("--to", name)
        if kind.format == "edifact":
            return EdifactSlots(self.definitions, self._message("--to", kind), every=every).root(), name
        if kind.format == "xml":
            raise Unusable("--to", "expected an XSD for an XML output", "XML 输出应给出 XSD")
        return layout_slots(self._layout("--to", kind), every=every), name

    def candidates(self, origin: Kind, roots: Sequence[Node]) -> list[Candidate]:
        """The places of the source; of a sample those that occur."""
        if origin.format == "edifact":
            found = EdifactCandidates(self.definitions, self._message("--from", origin), roots).all()
        elif origin.format != "xml":
            found = layout_candidates(self._layout("--from", origin))
        elif self.wish.schema:
            schema = self._schema("--schema", self.wish.schema)
            if origin.name not in [root.rpartition("}")[2] for root in schema.roots()]:
                problem = f"{self.wish.schema} has no root {origin.name}"
                raise Unusable("--from", problem, f"{self.wish.schema} 中没有根元素 {origin.name}")
            found = xml_candidates(schema, origin.name)
        else:
            return [candidate for root in roots for candidate in sample_candidates(root)]
        return occurring(list(found), roots) if roots else list(found)

    def documents(self, sample: bytes) -> list[Node]:
        """The documents of the sample that the mapping reads."""
        text = "\n".join([*self.head(), "  X: {const: x}"])
        definition, _ = read_definition(text, "mapping.yaml")
        if definition is None:
            return []
        documents = list(self.source.documents(sample, definition))
        roots = [document.root for document in documents if document.root is not None]
        if not roots:
            fault = next((fault for document in documents for fault in document.faults), None)
            zh = render(fault, "zh") if fault is not None else "没有单证"
            raise Unusable("--sample", render(fault, "en") if fault is not None else "it has no document", zh)
        return roots

    def tables(self) -> list[Table]:
        """All code tables."""
        names = [name.rpartition("/")[2][:-4] for name in self.tree.names("mappings/tables", ".csv")]
        return [table for name in names if (table := load_table(self.tree, name)[0]) is not None]

    def refuted(self, writer: Writer, lines: Sequence[str], roots: Sequence[Node]) -> list[str]:
        """Take back the guesses whose values the sample's output cannot hold; tells them."""
        definition, _ = read_definition("\n".join(lines) + "\n", "mapping.yaml")
        if definition is None or not roots:
            return []
        told: list[str] = []
        for fault in self._faults(definition, roots):
            line = int(fault.rule.rpartition(":")[2]) if fault.rule else 0
            slot = writer.slots.get(line)
            if slot is not None and id(slot) not in writer.refuted:
                writer.refuted[id(slot)] = "what was guessed gives a wrong value"
                told.append(f"{slot.name}: {render(fault)}")
        return told

    def _faults(self, definition: Definition, roots: Sequence[Node]) -> list[Fault]:
        mapping, _ = compiled(self.tree, definition, self.definitions)
        return [
            fault for root in roots for fault in mapping.run_closely(root, STANDARD).faults if is_error(fault)
        ]

    def _schema(self, option: str, name: str) -> Schema:
        if self.tree.find(f"schemas/{name}") is None:
            known = ", ".join(found.removeprefix("schemas/") for found in self.tree.names("schemas", ".xsd"))
            problem = f"no such XSD below schemas/; there are: {known}"
            raise Unusable(option, problem, f"schemas/ 下没有此 XSD；现有：{known}")
        try:
            return Schema.load(reader_of(self.tree), name)
        except SchemaError as error:
            raise Unusable(option, render(error.fault, "en"), render(error.fault, "zh")) from None

    def _message(self, option: str, kind: Kind) -> MessageDef:
        message = self.definitions.message_of(kind.qualifier or "", kind.name)
        if message is None:
            raise Unusable(
                option,
                f"there is no definition of {kind}; import its release: edi-router directory import",
                f"没有 {kind} 的定义；请导入该版本：edi-router directory import",
            )
        return message

    def _layout(self, option: str, kind: Kind) -> Layout:
        layout, faults = load_layout(self.tree, kind.name)
        if layout is None:
            en, zh = (render(faults[0], language).rstrip(".。") for language in ("en", "zh"))
            hint = faults[0].hint
            if faults[0].code == "config-unknown-name":
                en += f": schemas/records/{kind.name}.yaml" + (f"; did you mean {hint}?" if hint else "")
                zh += f"：schemas/records/{kind.name}.yaml" + (f"；是否为 {hint}？" if hint else "")
            raise Unusable(option, en, zh)
        if layout.format != kind.format:
            right = f"{layout.format} {layout.id}"
            raise Unusable(
                option,
                f"the layout is of kind {layout.kind}: `{right}`",
                f"该布局为 {layout.kind}：`{right}`",
            )
        return layout
