"""EDI Router as a library: read, check and convert bytes, without a workspace and without a database.

    import edi_router
    for interchange in edi_router.read(data): ...
    faults = edi_router.check(data, profile="customs.yaml")
    outcome = edi_router.convert(data, "cusdec-eciq")

The commands `validate`, `convert` and `trace` are made of the same parts: a `Checker`, which knows what
documents are checked against, and the `Report` that it fills while a file streams through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from edi_router.config import Tree
from edi_router.faults import Fault
from edi_router.first_use import at_first_use
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.model import Interchange
from edi_router.formats.edifact.reader import read as read_interchanges
from edi_router.library.checker import Checker, Document
from edi_router.library.files import (
    ConfigurationError,
    Name,
    Names,
    as_tree,
    definitions_over,
    load_mapping,
)
from edi_router.library.making import checker
from edi_router.library.report import LIMIT, Report

if TYPE_CHECKING:
    from edi_router.formats.edifact.settings import EdifactSettings
    from edi_router.library.converting import Converted, Outcome, conversions
    from edi_router.mapping import Mapping

__all__ = [
    "LIMIT",
    "Checker",
    "ConfigurationError",
    "Converted",
    "Document",
    "EdifactSettings",
    "Outcome",
    "Report",
    "as_tree",
    "check",
    "checker",
    "conversions",
    "convert",
    "definitions_over",
    "load_mapping",
    "read",
]

# Who only checks converts nothing.
__getattr__ = at_first_use(
    __name__,
    {
        ".converting": ("Converted", "Outcome", "conversions"),
        "edi_router.formats.edifact.settings": ("EdifactSettings",),
    },
)


def read(
    data: bytes | BinaryIO, *, encoding: str | None = None, lenient: Collection[str] = ()
) -> Iterator[Interchange]:
    """The EDIFACT interchanges in `data`, lazily; what is wrong is in the `faults` of each.

    `lenient` names what is tolerated in envelopes and tags (``missing-unz``).
    """
    return read_interchanges(data, encoding=encoding, lenient=lenient)


def check(
    data: bytes | BinaryIO,
    *,
    schema: Names = (),
    rules: Names = (),
    profile: Names = (),
    definitions: Names | Definitions = (),
    tree: Tree | Name | None = None,
    check_as: str | None = None,
    encoding: str | None = None,
    lenient: Collection[str] = (),
    byte_lengths: bool = False,
    layout: Name | None = None,
    limit: int = LIMIT,
) -> list[Fault]:
    """Everything that is wrong with a file, EDIFACT, XML or flat, in its order; at most `limit` faults.

    The arguments are those of `checker`.
    """
    made = checker(
        schema=schema, rules=rules, profile=profile, definitions=definitions, tree=tree,
        check_as=check_as, encoding=encoding, lenient=lenient, byte_lengths=byte_lengths, layout=layout,
    )  # fmt: skip
    return made.report(data, limit).faults


def convert(
    data: bytes | BinaryIO,
    mapping: str | Mapping,
    *,
    definitions: Names | Definitions = (),
    tree: Tree | Name | None = None,
    check_as: str | None = None,
    encoding: str | None = None,
    lenient: Collection[str] = (),
    force: bool = False,
    now: datetime | None = None,
    edifact: EdifactSettings | None = None,
) -> Outcome:
    """Map the documents of a file; one that has errors, before or after, gives no output unless `force`.

    `mapping` is a mapping or its id in the tree; `now` is the instant that the mapping is told (for
    reproducible outputs); `edifact` is the syntax of an EDIFACT output. The other arguments are those of `checker`.
    """
    from edi_router.library.converting import Outcome, conversions

    tree = as_tree(tree)
    made = checker(
        definitions=definitions, tree=tree, check_as=check_as, encoding=encoding, lenient=lenient, now=now
    )
    report = Report()
    chosen = load_mapping(tree, mapping) if isinstance(mapping, str) else mapping
    converted = tuple(conversions(data, chosen, made, report, force=force, lineage=True, edifact=edifact))
    return Outcome(converted, report.faults)
