"""Making a checker from the names of files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edi_router.config import Tree
from edi_router.faults import Fault, is_error
from edi_router.formats.documents import DocumentTypes
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.lenient import leniencies
from edi_router.library.checker import Checker
from edi_router.library.files import (
    ConfigurationError,
    Name,
    Names,
    as_tree,
    definitions_over,
    layout_named,
    rule_file,
    schema_of,
    several,
    text_of,
)

if TYPE_CHECKING:
    from edi_router.formats.edifact.profile import Profile


def checker(
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
    now: datetime | None = None,
) -> Checker:
    """What to check against: XSD, rule and profile files, folders of imported definitions.

    A `profile` is a file or the id of one in the tree.

    `tree` is a deployment's folder, layered over the shipped configuration. `check_as` (``D96B``) checks
    EDIFACT messages by another directory than their own; `encoding` overrides UNB's. `lenient` names what is
    tolerated (``missing-unz``), `byte_lengths` has data elements as long as their bytes. `layout` says that files are flat
    ones: the id of a layout in the tree, or a layout's file. Raises
    `ConfigurationError` when a file is wrong, FileNotFoundError when one is not there; a document type, schema or rule
    file of the tree is read, and told to be wrong, when there is a document to check by it.
    """
    tree = as_tree(tree)
    faults: list[Fault] = []
    if isinstance(definitions, Definitions):
        known = definitions
    else:
        known = definitions_over(tree, several(definitions))
    profiles: list[Profile] = []
    for name in several(profile):
        from edi_router.formats.edifact.profile import load_profile, profile_named

        if Path(name).suffix:
            loaded, found = load_profile(text_of(Path(name)), str(name), known)
        else:
            loaded, found = profile_named(tree, str(name), known)
        faults += found
        if loaded is not None:
            profiles.append(loaded)
    if any(is_error(fault) for fault in faults):
        raise ConfigurationError(faults)
    return Checker(
        tree,
        known,
        DocumentTypes(tree),
        schema_of(several(schema)),
        tuple(rule_file(tree, Path(name)) for name in several(rules)),
        tuple(profiles),
        check_as,
        encoding,
        leniencies(lenient),
        byte_lengths,
        now or datetime.now(UTC),
        None if layout is None else layout_named(tree, layout),
    )
