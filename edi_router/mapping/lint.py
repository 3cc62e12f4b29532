"""Lint: everything that can be known to be wrong with a mapping before a message comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.config import Tree, did_you_mean
from edi_router.faults import Fault, Place
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.formats.records import layout_names, load_layout
from edi_router.formats.xml.xpath import local_name
from edi_router.mapping.fragments import lint_shared
from edi_router.mapping.lint_paths import end_of, lint_paths
from edi_router.mapping.lint_rules import lint_rules
from edi_router.mapping.lint_tables import lint_tables
from edi_router.mapping.lint_types import lint_types
from edi_router.mapping.mapping import FOLDER, Mapping, compiled, load, names, wrong_id
from edi_router.mapping.model import Definition, Item
from edi_router.mapping.reading import rest_of
from edi_router.mapping.shape import EdifactShape, LayoutShape, Shape, XmlShape
from edi_router.mapping.source_values import Verdicts
from edi_router.mapping.target import XmlTarget, load_schema
from edi_router.mapping.target_limits import Limits
from edi_router.rules import load_rules, rule_names
from edi_router.tables import load_table


def lint(id: str, tree: Tree, definitions: Definitions | None = None, *, codes: bool = False) -> list[Fault]:
    """All faults of one mapping, each at its file, line and column.

    With `codes`, as `lint_all` does, it is also warned of values that are asked for and no document can have.
    """
    faults = _linted(id, tree, definitions or definitions_over(tree))[1]
    return [fault for fault in faults if codes or fault.code != "path-value-unknown"]


def _linted(id: str, tree: Tree, definitions: Definitions) -> tuple[Mapping | None, list[Fault]]:
    mapping, faults = load(tree, id, definitions)
    if mapping is not None:
        return mapping, sorted(_once([*faults, *_of_parts(mapping, tree, definitions)]), key=_by_place)
    name = f"{FOLDER}/{id}/mapping.yaml"
    rest = None if tree.find(name) is None else rest_of(tree.text(name), tree.display(name), tree)
    more: list[Fault] = []
    if rest is not None:
        part, more = compiled(tree, rest.definition, definitions, target=rest.makes)
        more += wrong_id(rest.definition, id) + _of_parts(part, tree, definitions, reads=rest.reads)
    # What could not be read is told once, and is not missing for that.
    told = {fault.place for fault in faults}
    more = [fault for fault in more if fault.place not in told]
    unclear = set()
    if rest is not None:
        unclear = {"" if rest.whole else "target-unfilled", "" if rest.makes else "path-is-branch"}
    more = [fault for fault in more if fault.code not in unclear]
    # Nor is an element judged whose fragment has no end.
    circles = {fault.place.line for fault in faults if fault.code == "fragment-recursive"}
    more = [fault for fault in more if fault.code != "target-unknown" or fault.place.line not in circles]
    return None, _once([*faults, *sorted(more, key=_by_place)])


def _of_parts(mapping: Mapping, tree: Tree, definitions: Definitions, *, reads: bool = True) -> list[Fault]:
    """What is wrong with the mapping's paths and with what it writes; of paths only when it is known what it `reads`."""
    faults: list[Fault] = []
    first: Shape | None = None
    never: list[list[Fault]] = []
    for each in (mapping, *mapping.others.values()) if reads else ():
        shape, more = source_shape(each, tree, definitions)
        faults += more
        first = shape if each is mapping else first
        if shape is not None:
            found = lint_paths(each.definition, shape)
            never.append([fault for fault in found if fault.code == "path-value-unknown"])
            found = [fault for fault in found if fault.code != "path-value-unknown"]
            faults += [_in_release(fault, each) for fault in found] if mapping.others else found
    # A code that one of the releases has is no mistake.
    faults += [
        fault
        for fault in (never[0] if never else ())
        if all(fault.place in {each.place for each in found} for found in never[1:])
    ]
    if first is not None and isinstance(mapping.target, XmlTarget):
        faults += lint_types(mapping.definition, first, mapping.target.look)
    if mapping.target is not None:
        lost = _astray(mapping.definition.output, first) if _takes_over(mapping.definition) else set()
        found = mapping.target.lint(mapping.definition)
        faults += [fault for fault in found if fault.code != "path-is-branch" or fault.place not in lost]
        limits = Limits(mapping.target, Verdicts())
        faults += lint_tables(mapping.definition.output, mapping.tables, limits)
    return faults


def _takes_over(definition: Definition) -> bool:
    """Whether lines may stand for whole segments; those whose paths lead nowhere cannot be spelt out."""
    makes = definition.makes
    return makes is not None and makes.format == "edifact" and definition.origin.format in ("edifact", "-")


def _astray(item: Item, here: Shape | None) -> set[Place]:
    """The places of the lines of which it is not known where their paths begin."""
    inner = here if here is None or item.each is None else end_of(item.each.path, here)
    lost = {child.place for child in item.do or ()} if inner is None else set()
    return lost.union(*(_astray(child, inner) for child in item.do or ()))


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
    roots = [local_name(name) for name in schema.roots()]
    if origin.name not in roots:
        place = definition.origin_place or Place(definition.file, 1, 1)
        values = {"key": "from", "value": str(origin), "problem": "the schema has no such root element"}
        return None, [Fault("config-value", place, values, hint=did_you_mean(origin.name, roots))]
    return XmlShape(lambda path: schema.element(list(path)), (origin.name,), judge=schema.value_problem), []


def _in_release(fault: Fault, mapping: Mapping) -> Fault:
    """The fault, told with the release in which the path is wrong."""
    problem = fault.values.get("problem")
    if problem is None:
        return fault
    release = mapping.definition.origin.qualifier
    return replace(fault, values={**fault.values, "problem": f"{problem} ({release})"})


def _by_place(fault: Fault) -> tuple[str, int, int]:
    return fault.place.file or "", fault.place.line or 0, fault.place.column or 0
