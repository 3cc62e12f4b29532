"""Whether what agreements and document types name is there: rule files, and parts of documents, by their definitions.

A path that selects nothing is never an error when it is used: the agreement never fits, the document is held for
want of a destination, a number is not found by search. So it is told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from edi_router.config import ConfigNode, Tree, did_you_mean, place_of, read_model
from edi_router.faults import Fault, Place
from edi_router.formats.document_type import DocumentType
from edi_router.formats.documents import FOLDER, Kind
from edi_router.formats.edifact.directory import Definitions, definitions_over
from edi_router.formats.edifact.nearest import RELEASE, nearest
from edi_router.formats.selecting import path
from edi_router.mapping.lint_paths import check_path, end_of
from edi_router.mapping.lint_rules import shape_of
from edi_router.mapping.lint_values import never_found
from edi_router.mapping.model import Source
from edi_router.mapping.shape import Shape
from edi_router.partners.model import Agreement, Partner

_SERVICE = ("service-3", "service-4")
"""Where messages are defined that belong to no release."""
Way = tuple[str | int, ...]
Named = tuple[Way, str, bool]
"""Where in the file a path stands, its text, and whether it must end at a value."""


def lint_named_paths(tree: Tree, partner_tree: Tree) -> list[Fault]:
    """The faults of the paths in partner files and document types; files with other faults are passed over."""
    shapes = _Shapes(tree)
    faults: list[Fault] = []
    for name in partner_tree.names("partners", ".yaml"):
        partner, node, _ = read_model(Partner, partner_tree.text(name), partner_tree.display(name))
        lines = partner_tree.text(name).splitlines()
        for index, agreement in enumerate(partner.agreements if partner is not None else ()):
            kind = agreement.kind
            if kind.format == "edifact" and agreement.check_as:
                kind = replace(kind, qualifier=agreement.check_as)
            named = _of_agreement(agreement, ("agreements", index))
            faults += shapes.defined(kind, agreement, ("agreements", index), node)
            faults += shapes.check(kind, named, node, lines)
            faults += shapes.asked(kind, _asked(agreement, ("agreements", index)), node, lines)
            faults += _rules(tree, agreement.rules, node, ("agreements", index))
    for name in tree.names(FOLDER, ".yaml"):
        type_, node, _ = read_model(DocumentType, tree.text(name), tree.display(name))
        if type_ is not None:
            faults += shapes.check(type_.kind, _of_type(type_), node, tree.text(name).splitlines())
            faults += _rules(tree, type_.rules, node, ())
    return faults


def _rules(tree: Tree, names: Sequence[str], node: ConfigNode | None, at: Way) -> Iterator[Fault]:
    """The rule files that there are not, where they are named."""
    for number, name in enumerate(names):
        if node is not None and tree.find(f"schemas/{name}") is None:
            known = [each.removeprefix("schemas/") for each in tree.names("schemas/rules", ".yaml")]
            place = place_of(node, (*at, "rules", number))
            yield Fault("rules-missing", place, {"file": name}, hint=did_you_mean(name, known))


def _of_agreement(agreement: Agreement, at: Way) -> Iterator[Named]:
    for number, condition in enumerate(agreement.when):
        looks_at_values = condition.equals is not None or bool(condition.in_)
        yield (*at, "when", number, "path"), condition.path, looks_at_values
    for number, delivery in enumerate(agreement.deliver):
        for key in ("code", "id"):
            if (text := getattr(delivery.to, key)) is not None:
                yield (*at, "deliver", number, "to", key), text, True


def _asked(agreement: Agreement, at: Way) -> Iterator[tuple[Way, str, str]]:
    """Where a value stands that a condition asks for, the condition's path, and the value."""
    for number, condition in enumerate(agreement.when):
        way = (*at, "when", number)
        if condition.equals is not None:
            yield (*way, "equals"), condition.path, condition.equals
        for index, text in enumerate(condition.in_):
            yield (*way, "in", index), condition.path, text


def _of_type(type_: DocumentType) -> Iterator[Named]:
    if type_.key is not None:
        yield ("key",), type_.key, True
    for part in ("references", "parties"):
        for kind, paths in getattr(type_, part).items():
            for number, text in enumerate(paths):
                yield (part, kind, number), text, True
    for number, text in enumerate(type_.secret):
        yield ("secret", number), text, False


class _Shapes:
    """The shapes of kinds of documents, each made once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._definitions: Definitions = definitions_over(tree)
        self._made: dict[Kind, list[Shape]] = {}

    def check(
        self, kind: Kind, named: Iterator[Named], node: ConfigNode | None, lines: Sequence[str]
    ) -> Iterator[Fault]:
        """The faults of paths into documents of a kind; of several releases a path must exist in one.

        Where any release may come, there are paths for some that are not defined here: then of several paths of
        one list one must exist.
        """
        shapes = self._of(kind)
        if not shapes or node is None:
            return
        any_release = kind.format == "edifact" and kind.qualifier is None
        for _, listed in groupby(named, key=lambda each: each[0][:-1] if any_release else each[0]):
            found = [self._faults(shapes, each, node, lines) for each in listed]
            if not any_release or all(found):
                yield from (fault for faults in found for fault in faults)

    def defined(self, kind: Kind, agreement: Agreement, at: Way, node: ConfigNode | None) -> Iterator[Fault]:
        """A warning when no directory here has the messages that the agreement is for."""
        name, directory, places = kind.name, kind.qualifier, _SERVICE
        if kind.format != "edifact" or node is None:
            return
        if directory is None:
            types = {
                each.rpartition("/")[2]
                for each in self._tree.names("schemas/edifact", ".json")
                if "/messages/" in each
            }
            known = [each.removesuffix(".json") for each in types if each.removesuffix(".json").isupper()]
            if known and name not in known:
                values = {"type": name, "directory": "*"}
                hint = did_you_mean(name, sorted(known))
                yield Fault("message-type-unknown", place_of(node, (*at, "receives")), values, hint=hint)
            return
        if any(self._definitions.message_of(each, name) is not None for each in (directory, *places)):
            return
        values = {
            "type": name,
            "directory": directory,
            "near": nearest(self._definitions, directory, name) or "",
        }
        values["zip"] = f"{directory.lower()}.zip"
        code = "definition-missing" if RELEASE(directory) else "message-type-unknown"
        same = [each.split("/")[2] for each in self._tree.names("schemas/edifact", f"/{name}.json")]
        hint = did_you_mean(directory, same)
        place = place_of(node, (*at, "check_as" if agreement.check_as else "receives"))
        yield Fault(code, place, values, hint=None if hint is None else f"{name} {hint}")

    def asked(
        self, kind: Kind, asked: Iterator[tuple[Way, str, str]], node: ConfigNode | None, lines: Sequence[str]
    ) -> Iterator[Fault]:
        """The values that documents of a kind can never have; of several releases, none of them."""
        for way, text, value in asked if node is not None else ():
            assert node is not None
            ends = [end for shape in self._of(kind) if (end := end_of(path(text), shape)) is not None]
            place = _begin(place_of(node, way), lines)
            found = [never_found(text, value, end, place) for end in ends if value]
            if found and all(found):
                yield from (fault for fault in found[-1:] if fault is not None)

    def _faults(
        self, shapes: Sequence[Shape], named: Named, node: ConfigNode, lines: Sequence[str]
    ) -> list[Fault]:
        way, text, leaf = named
        source = Source(path(text), text, _begin(place_of(node, way), lines))
        found = [list(check_path(source, shape, leaf=leaf, codes=True)) for shape in shapes]
        # Of several releases that is told in which the path leads farthest.
        return max(found, key=lambda faults: faults[0].place.column or 0) if all(found) else []

    def _of(self, kind: Kind) -> list[Shape]:
        if kind not in self._made:
            kinds = [kind]
            if kind.format == "edifact" and kind.qualifier is None:
                names = self._tree.names("schemas/edifact", f"/{kind.name}.json")
                kinds = [replace(kind, qualifier=name.split("/")[2]) for name in names]
            shapes = (shape_of(self._tree, each, self._definitions) for each in kinds)
            self._made[kind] = [shape for shape in shapes if shape is not None]
        return self._made[kind]


def _begin(place: Place, lines: Sequence[str]) -> Place:
    """The place of a path's first character, which stands behind its quote if it has one."""
    line, column = place.line, place.column
    quoted = line is not None and column is not None and lines[line - 1][column - 1 : column] in ("'", '"')
    return Place(place.file, line, (column or 0) + 1) if quoted else place
