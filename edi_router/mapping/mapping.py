"""A mapping, loaded and ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from lxml import etree

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.formats.edifact.layout import Layout
from edi_router.formats.edifact.nodes import MessageNode
from edi_router.formats.edifact.writer import Envelope
from edi_router.formats.xml.document import ElementNode
from edi_router.formats.xml.schema import Schema
from edi_router.mapping.compile import compile_root, form_of
from edi_router.mapping.copying import spelt_out
from edi_router.mapping.dates import in_zone, read_moment
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.output import Element, Lineage, line_at, lineage_of
from edi_router.mapping.program import LARGEST, Made, Program, Record, program_for
from edi_router.mapping.reading import read_definition
from edi_router.mapping.recorded import Recorded
from edi_router.mapping.scope import Run, Scope
from edi_router.mapping.target import Target, Written, XmlTarget
from edi_router.mapping.targets import load_target
from edi_router.mapping.writing import written
from edi_router.paths import Node
from edi_router.rules.context import Context
from edi_router.tables import Table, load_table

if TYPE_CHECKING:
    from edi_router.mapping.segment_program import SegmentProgram

FOLDER = "mappings"
LAYOUTS = 16
"""Message definitions for which the programs of one mapping are kept."""
_PARSER = etree.XMLParser(remove_blank_text=True, collect_ids=False, resolve_entities=False)
"""For our own output: without the indentation the schema's verdict takes half the time."""


@dataclass(frozen=True)
class Result:
    """What a run of a mapping gives: the document, what is wrong with it, and where every value came from."""

    output: bytes
    faults: list[Fault]
    build: Callable[[], Element] = field(repr=False)
    file: str = field(repr=False, default="mapping.yaml")
    seal: Callable[[int], bytes] | None = field(repr=False, default=None)
    """Writes an output that carries a control number anew, with that number; `output` has number 1."""
    record: Callable[[], Recorded | None] | None = field(repr=False, default=None)
    """What a program told of the origin of the values, or tells when it is asked."""

    @cached_property
    def tree(self) -> Element:
        """The output with the origin of everything in it, made when it is first asked for."""
        return self.build()

    @property
    def lineage(self) -> list[Lineage]:
        """The origin of every output value, in the order of the output."""
        recorded = self.record() if self.record is not None else None
        return lineage_of(self.tree, self.file) if recorded is None else recorded.lineage(self.output)


@dataclass(frozen=True)
class Mapping:
    """A compiled mapping."""

    definition: Definition
    tables: Dictionary[str, Table]
    target: Target | None
    build: Callable[[Scope], Element] = field(repr=False)
    others: Dictionary[str, Mapping] = field(default_factory=dict, repr=False)
    """The same mapping for the other releases that it reads, by their directory."""
    _programs: dict[tuple[Layout | None, bool], Program | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    _senders: dict[Layout | None, SegmentProgram | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def id(self) -> str:
        """The mapping's id, which is its folder's name."""
        return self.definition.id

    @cached_property
    def makes(self) -> Kind:
        """The kind of document that it writes."""
        namespace = self.target.namespace if isinstance(self.target, XmlTarget) else ""
        return self.definition.makes or Kind("xml", self.definition.output.name, namespace)

    def run(
        self, root: Node, context: Context, envelope: Envelope | None = None, *, record: bool = False
    ) -> Result:
        """Make the output document of one message; the faults say whether it may leave.

        `envelope` is how an EDIFACT interchange to the recipient looks. With `record` the lineage is recorded in
        the same pass; else it takes another one when it is asked for.
        """
        used = self.for_release(root)
        fast = used.run_fast(root, context, envelope, record=record)
        return fast or used.run_closely(root, context, envelope)

    def for_release(self, root: Node) -> Mapping:
        """The mapping as it reads the release of this message."""
        layout = root.layout if isinstance(root, MessageNode) else None
        return self if layout is None else self.others.get(layout.directory, self)

    def run_fast(
        self, root: Node, context: Context, envelope: Envelope | None = None, *, record: bool = False
    ) -> Result | None:
        """The same for a document that gives no cause for a fault, by the mapping's program; else None."""
        if self.target is not None and self.target.format == "edifact":
            return self._by_segments(root, context, envelope)
        program = self.program(root)
        if program is None or not isinstance(root, MessageNode | ElementNode):
            return None
        run = Run(self.definition, root, context)
        if isinstance(root, MessageNode) and record:
            made, recorded = self._recording(program, root, run)
        else:
            made, recorded = program.run(root, run), partial(self._recorded, root, context)
        if made is None:
            return None
        output, target = made.content, self.target
        if isinstance(target, XmlTarget) and not (made.sure or _is_valid(output, target.schema)):
            return None
        return Result(output, [], lambda: self.run_closely(root, context).tree, run.file, None, recorded)

    def _by_segments(self, root: Node, context: Context, envelope: Envelope | None) -> Result | None:
        """The same for a mapping that writes EDIFACT; the closures tell the origin of its values."""
        program = self.segments(root)
        if program is None or not isinstance(root, MessageNode | ElementNode):
            return None
        run = Run(self.definition, root, context)
        made = program.run(root, run, envelope)
        if made is None:
            return None
        tree = partial(self._tree, root, context, envelope)
        return Result(made.content, [], tree, run.file, made.seal)

    def _tree(self, root: Node, context: Context, envelope: Envelope | None) -> Element:
        return self.run_closely(root, context, envelope).tree

    def _recording(
        self, program: Program, root: MessageNode, run: Run
    ) -> tuple[Made | None, Callable[[], Recorded | None]]:
        """The document, and what tells where its values come from."""
        # What fits a mould is told again when somebody asks, which gives the same: nothing need be noted.
        made = program.run_by_mould(root, run)
        if made is not None:
            return made, partial(self._recorded, root, run.context)
        telling = self.program(root, record=True) or program
        if not telling.records:
            return telling.run(root, run), partial(self._recorded, root, run.context)
        told: Record = []
        return telling.run(root, run, told), lambda: Recorded(telling, root, told, run.file)

    def _recorded(self, root: MessageNode | ElementNode, context: Context) -> Recorded | None:
        """Where the values come from, by another run; None when only the closures can tell."""
        telling, told = self.program(root, record=True), list[Any]()
        run = Run(self.definition, root, context)
        if telling is None or not isinstance(root, MessageNode) or telling.run(root, run, told) is None:
            return None
        return Recorded(telling, root, told, run.file)

    def program(self, root: Node, *, record: bool = False) -> Program | None:
        """The program for documents like this one, made at first use; None when there can be none."""
        layout = root.layout if isinstance(root, MessageNode) else None
        known = layout is not None or isinstance(root, ElementNode)
        if not known or not (self.target is None or isinstance(self.target, XmlTarget)):
            return None
        if (layout, record) not in self._programs:
            if len(self._programs) >= LAYOUTS:
                self._programs.clear()
            namespace = "" if self.target is None else self.target.namespace
            name = self.definition.output.name
            declared = None if self.target is None else self.target.schema.declared(name, namespace)
            self._programs[layout, record] = program_for(
                self.definition, layout, namespace, self.tables, record, declared
            )
        return self._programs[layout, record]

    def segments(self, root: Node) -> SegmentProgram | None:
        """The program for documents like this one where EDIFACT is written; None when there can be none."""
        layout = root.layout if isinstance(root, MessageNode) else None
        if layout in self._senders and (layout is not None or isinstance(root, ElementNode)):
            return self._senders[layout]
        # Whoever loaded the target has imported this; mappings that write XML do without.
        from edi_router.mapping.segment_program import segment_program
        from edi_router.mapping.target_edifact import EdifactTarget

        known = layout is not None or isinstance(root, ElementNode)
        if not known or not isinstance(self.target, EdifactTarget):
            return None
        if len(self._senders) >= LAYOUTS:
            self._senders.clear()
        program = segment_program(self.definition, layout, self.target, self.tables)
        self._senders[layout] = program
        return program

    def run_closely(self, root: Node, context: Context, envelope: Envelope | None = None) -> Result:
        """The same by the closures: they tell every fault and where each value comes from."""
        run = Run(self.definition, root, context)
        if self.target is not None:
            run.encoding = self.target.encoding(context, envelope)
        scope = Scope(run, root, 1)
        unread = self._set_day(run, scope)
        tree = self.build(scope)
        if unread is not None and all(fault.place != unread.place for fault in run.faults):
            run.faults.append(unread)
        if self.target is None:
            document = Written(written(tree, "", context.encoding).content, [])
        else:
            document = self.target.write(tree, run, envelope)
        run.faults.extend(document.faults)
        return Result(document.content, list(run.faults), lambda: tree, run.file, document.seal)

    def _set_day(self, run: Run, scope: Scope) -> Fault | None:
        """Take the document's date for look-ups; the fault when it cannot be read."""
        source = self.definition.date
        found = scope.values(source) if source is not None else []
        if source is None or not found:
            return None
        try:
            run.day = (
                in_zone(read_moment(found[0].text, form_of(found[0])), run.context.zone).date().isoformat()
            )
        except ValueError as error:
            place = found[0].nodes[0].place() if found[0].nodes else run.root.place()
            values = {"function": "date", "value": found[0].text, "problem": str(error), "target": "date"}
            return Fault("function-value", place, values, rule=line_at(source.place, run.file))
        return None


def _is_valid(output: bytes, schema: Schema) -> bool:
    """Whether a document of an ordinary size follows the schema."""
    try:
        return len(output) <= LARGEST and schema.valid(etree.fromstring(output, _PARSER))
    except etree.XMLSyntaxError:
        return False


def names(tree: Tree) -> list[str]:
    """The ids of all mappings of the tree."""
    found = [name.split("/") for name in tree.names(FOLDER, "/mapping.yaml")]
    return [parts[1] for parts in found if len(parts) == 3]


def load(tree: Tree, id: str, definitions: Definitions | None = None) -> tuple[Mapping | None, list[Fault]]:
    """The mapping of that id, compiled; None when its file has faults.

    Several mappings may share the `definitions` of the tree's EDIFACT directories.
    """
    name = f"{FOLDER}/{id}/mapping.yaml"
    if tree.find(name) is None:
        hint = did_you_mean(id, names(tree))
        return None, [Fault("mapping-missing", Place(name), {"mapping": id}, hint=hint)]
    definition, faults = read_definition(tree.text(name), tree.display(name), tree)
    if definition is None:
        return None, faults
    if misnamed := wrong_id(definition, id):
        return None, misnamed
    return compiled(tree, definition, definitions or definitions_over(tree))


def wrong_id(definition: Definition, id: str) -> list[Fault]:
    """The fault of a mapping that does not have the id of its folder; that there is none is told by who reads it."""
    if definition.id == id or definition.id_place is None:
        return []
    values = {"key": "id", "value": definition.id, "problem": f"must be the folder's name, {id}"}
    return [Fault("config-value", definition.id_place, values, hint=id)]


def compiled(
    tree: Tree, definition: Definition, definitions: Definitions, *, target: bool = True
) -> tuple[Mapping, list[Fault]]:
    """The mapping of a definition, with what its tables and target lack; without the `target`, only its tables."""
    definition, lost = spelt_out(definition, definitions)
    tables, faults = _tables(tree, definition)
    written, more = load_target(tree, definition, definitions) if target else (None, [])
    faults += lost
    faults += more
    others: dict[str, Mapping] = {}
    for other in definition.others:
        spelt, lost = spelt_out(other, definitions)
        faults += [fault for fault in lost if fault not in faults]
        build = _built(spelt.output, tables)
        others[spelt.origin.qualifier or ""] = Mapping(spelt, tables, written, build)
    return Mapping(definition, tables, written, _built(definition.output, tables), others), faults


def _built(output: Item, tables: dict[str, Table]) -> Callable[[Scope], Element]:
    """What builds the root element; its closures are made at first use: most documents need the program only."""
    made = cache(lambda: compile_root(output, tables))
    return lambda scope: made()(scope)


def items_of(item: Item) -> Iterator[Item]:
    """The item and all items below it."""
    yield item
    for child in item.do or ():
        yield from items_of(child)


def _tables(tree: Tree, definition: Definition) -> tuple[dict[str, Table], list[Fault]]:
    tables: dict[str, Table] = {}
    faults: list[Fault] = []
    failed: set[str] = set()
    for item in items_of(definition.output):
        use = item.table
        if use is None or use.name in failed:
            continue
        if use.name not in tables:
            table, more = load_table(tree, use.name)
            faults += more
            if table is None:
                failed.add(use.name)
                if not more:
                    known = [name.rpartition("/")[2][:-4] for name in tree.names("mappings/tables", ".csv")]
                    hint = did_you_mean(use.name, known)
                    faults.append(Fault("table-missing", use.place, {"table": use.name}, hint=hint))
                continue
            tables[use.name] = table
        header = tables[use.name].header
        for column in (use.by, use.column):
            if column not in header:
                values = {"table": use.name, "column": column, "known": ", ".join(header)}
                hint = did_you_mean(column, header)
                faults.append(Fault("table-column", use.place, values, hint=hint))
    return tables, faults
