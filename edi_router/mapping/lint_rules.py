"""Whether the paths of rule files can select anything, by the definitions of the documents they are for."""

from __future__ import annotations

from collections.abc import Iterator

from edi_router.config import Tree
from edi_router.faults import Fault, Place
from edi_router.formats.documents import load_document_types
from edi_router.formats.edifact.directory import Definitions
from edi_router.mapping.documents import definitions_of
from edi_router.mapping.lint_paths import check_path, end_of
from edi_router.mapping.model import Source
from edi_router.mapping.shape import EdifactShape, Shape, XmlShape
from edi_router.mapping.target import load_schema
from edi_router.paths import Path
from edi_router.rules import RuleSet
from edi_router.rules.model import Rule


def lint_rules(tree: Tree, rules: RuleSet, definitions: Definitions | None = None) -> list[Fault]:
    """The faults of the rules' paths, each at its rule's line; none when the document is not defined here."""
    shape = _shape(tree, rules, definitions or definitions_of(tree))
    if shape is None:
        return []
    return [fault for rule, line in rules.rules for fault in _rule(rule, Place(rules.file, line), shape)]


def _rule(rule: Rule, place: Place, here: Shape) -> Iterator[Fault]:
    need = rule.require
    if rule.each is not None:
        yield from _path(rule.each, place, here, leaf=False)
        inner = end_of(rule.each, here)
        if inner is None:
            return
        here = inner
    for condition in rule.when:
        leaf = condition.equals is not None or condition.in_ is not None
        yield from _path(condition.path, place, here, leaf=leaf)
    yield from _path(rule.path, place, here, leaf=not (need.present or need.absent))
    for path, leaf in ((need.equals, True), (need.equals_sum, True), (need.equals_count, False)):
        if path is not None:
            yield from _path(path, place, here, leaf=leaf)


def _path(path: Path, place: Place, here: Shape, *, leaf: bool) -> Iterator[Fault]:
    return check_path(Source(path, str(path), place), here, leaf=leaf)


def _shape(tree: Tree, rules: RuleSet, definitions: Definitions) -> Shape | None:
    kind = rules.kind
    if kind.format == "edifact":
        message = definitions.message_of(kind.qualifier or "", kind.name)
        return None if message is None else EdifactShape.of_message(definitions, message)
    fitting = (each for each in load_document_types(tree)[0] if each.kind.overlaps(kind))
    name = next((each.schema_ for each in fitting if each.schema_ is not None), None)
    schema = None if name is None else load_schema(tree, name, None)[0]
    return None if schema is None else XmlShape(lambda path: schema.element(list(path)), (kind.name,))
