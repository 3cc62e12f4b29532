"""Lint: everything that can be known to be wrong with a mapping before a message comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.config import Tree
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.formats.records import layout_names, load_layout
from edi_router.mapping.fragments import lint_shared
from edi_router.mapping.lint_paths import lint_paths
from edi_router.mapping.lint_rules import lint_rules
from edi_router.mapping.lint_types import lint_types
from edi_router.mapping.mapping import Mapping, load, names
from edi_router.mapping.shape import EdifactShape, LayoutShape, Shape, XmlShape
from edi_router.mapping.target import XmlTarget, load_schema
from edi_router.rules import load_rules, rule_names
from edi_router.tables import load_table


def lint(id: str, tree: Tree, definitions: Definitions | None = None) -> list[Fault]:
    """All faults of one mapping, each at its file, line and column."""
    return _linted(id, tree, definitions or definitions_over(tree))[1]


def _linted(id: str, tree: Tree, definitions: Definitions) -> tuple[Mapping | None, list[Fault]]:
    mapping, faults = load(tree, id, definitions)
    if mapping is None:
        return None, faults
    for each in (mapping, *mapping.others.values()):
        shape, more = source_shape(each, tree, definitions)
        faults += more
        if shape is not None:
            found = lint_paths(each.definition, shape)
            faults += [_in_release(fault, each) for fault in found] if mapping.others else found
    if shape is not None and isinstance(mapping.target, XmlTarget):
        faults += lint_types(mapping.definition, shape, mapping.target.look)
    if mapping.target is not None:
        faults += mapping.target.lint(mapping.definition)
    return mapping, sorted(_once(faults), key=_by_place)


def lint_all(tree: Tree, ids: Sequence[str] = ()) -> list[Fault]:
    """The faults of the mappings; of all, and of all shared fragments, code tables and rule files when none is named."""
    definitions = definitions_over(tree)
    done = [_linted(id, tree, definitions) for id in ids or names(tree)]
    faults = [fault for _, found in done for fault in found]
    if not ids:
        mappings = [mapping for mapping, _ in done if mapping is not None]
        used = {id for mapping in mappings for id in mapping.definition.fragments}
        faults += lint_shared(tree, used if len(mappings) == len(done) else None)
        for name in tree.names("mappings/tables", ".csv"):
            faults += load_table(tree, name.rpartition("/")[2].removesuffix(".csv"))[1]
        for name in rule_names(tree):
            rules, more = load_rules(tree, name)
            faults += more if rules is None else lint_rules(tree, rules, definitions)
        for layout in layout_names(tree):
            faults += load_layout(tree, layout)[1]
    return _once(faults)


def _once(faults: Sequence[Fault]) -> list[Fault]:
    kept: dict[tuple[str, Place], Fault] = {}
    for fault in faults:
        kept.setdefault((fault.code, fault.place), fault)
    return list(kept.values())


def source_shape(mapping: Mapping, tree: Tree, definitions: Definitions) -> tuple[Shape | None, list[Fault]]:
    """The shape of the mapping's source, as far as its definition can be had."""
    definition = mapping.definition
    origin = definition.origin
    if origin.format == "edifact":
        message = definitions.message_of(origin.qualifier or "", origin.name)
        if message is None:
            directory = origin.qualifier or ""
            values = {"type": origin.name, "directory": directory, "zip": f"{directory.lower()}.zip"}
            return None, [Fault("definition-missing", Place(definition.file, 1, 1), values)]
        return EdifactShape.of_message(definitions, message), []
    if origin.format != "xml":
        layout, faults = load_layout(tree, origin.name, definition.origin_place)
        if layout is not None and layout.format != origin.format:
            place = definition.origin_place or Place(definition.file, 1, 1)
            values = {"key": "from", "value": str(origin), "problem": f"the layout is of kind {layout.kind}"}
            faults = [Fault("config-value", place, values, hint=f"{layout.format} {layout.id}")]
        return (None if layout is None else LayoutShape.of_layout(layout)), faults
    if definition.schema is None:
        return None, []
    schema, faults = load_schema(tree, definition.schema, definition.schema_place)
    if schema is None:
        return None, faults
    return XmlShape(lambda path: schema.element(list(path)), (origin.name,)), []


def _in_release(fault: Fault, mapping: Mapping) -> Fault:
    """The fault, told with the release in which the path is wrong."""
    problem = fault.values.get("problem")
    if problem is None:
        return fault
    release = mapping.definition.origin.qualifier
    return replace(fault, values={**fault.values, "problem": f"{problem} ({release})"})


def _by_place(fault: Fault) -> tuple[str, int, int]:
    return fault.place.file or "", fault.place.line or 0, fault.place.column or 0
