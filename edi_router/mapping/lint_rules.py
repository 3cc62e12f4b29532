"""Whether the paths of rule files can select anything, by the definitions of the documents they are for."""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.config import Tree
from edi_router.faults import Fault, Place
from edi_router.formats.documents import Kind, load_document_types
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.formats.records import load_layout
from edi_router.mapping.lint_paths import check_path, end_of
from edi_router.mapping.model import Source
from edi_router.mapping.shape import EdifactShape, LayoutShape, Shape, XmlShape
from edi_router.mapping.target import load_schema
from edi_router.rules import RuleSet
from edi_router.rules.uses import Use


def lint_rules(tree: Tree, rules: RuleSet, definitions: Definitions | None = None) -> list[Fault]:
    """The faults of the rules' paths, each at its place; none when the document is not defined here.

    Of several kinds of document that rules are for, a path must exist in one.
    """
    definitions = definitions or definitions_over(tree)
    shapes = [shape for kind in rules.kinds if (shape := shape_of(tree, kind, definitions)) is not None]
    found = ([list(_use(use, place, shape)) for shape in shapes] for use, place in rules.uses)
    return [fault for faults in found if all(faults) for fault in next(iter(faults), [])]


def _use(use: Use, place: Place, top: Shape) -> Iterator[Fault]:
    here: Shape | None = top
    for path in use.via:
        here = None if here is None else end_of(path, here)
    if here is not None:
        yield from check_path(Source(use.path, str(use.path), place), here, leaf=use.leaf, codes=True)


def shape_of(tree: Tree, kind: Kind, definitions: Definitions) -> Shape | None:
    """The shape of the documents of a kind; None when they are not defined here."""
    if kind.format == "edifact":
        message = definitions.message_of(kind.qualifier or "", kind.name)
        return None if message is None else EdifactShape.of_message(definitions, message)
    if kind.format != "xml":
        layout = load_layout(tree, kind.name)[0]
        return None if layout is None else LayoutShape.of_layout(layout)
    fitting = (each for each in load_document_types(tree)[0] if each.kind.overlaps(kind))
    name = next((each.schema_ for each in fitting if each.schema_ is not None), None)
    schema = None if name is None else load_schema(tree, name, None)[0]
    return (
        None
        if schema is None
        else XmlShape(lambda path: schema.element(list(path)), (kind.name,), judge=schema.value_problem)
    )
