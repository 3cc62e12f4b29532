"""Making a checker from the names of files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from edi_router.config import Tree
from edi_router.faults import is_error
from edi_router.formats.documents import load_document_types
from edi_router.formats.edifact.directory import Definitions
from edi_router.formats.edifact.profile import Profile, load_profile
from edi_router.library.checker import Checker
from edi_router.library.files import (
    ConfigurationError,
    Name,
    Names,
    as_tree,
    definitions_over,
    rule_file,
    schema_of,
    several,
    text_of,
)


def checker(
    *,
    schema: Names = (),
    rules: Names = (),
    profile: Names = (),
    definitions: Names | Definitions = (),
    tree: Tree | Name | None = None,
    check_as: str | None = None,
    encoding: str | None = None,
    now: datetime | None = None,
) -> Checker:
    """What to check against: XSD, rule and profile files, folders of imported definitions.

    `tree` is a deployment's folder, layered over the shipped configuration. `check_as` (``D96B``) checks
    EDIFACT messages by another directory than their own; `encoding` overrides UNB's. Raises
    `ConfigurationError` when a file is wrong, FileNotFoundError when one is not there.
    """
    tree = as_tree(tree)
    types, faults = load_document_types(tree)
    profiles: list[Profile] = []
    for name in several(profile):
        loaded, found = load_profile(text_of(Path(name)), str(name))
        faults += found
        if loaded is not None:
            profiles.append(loaded)
    if any(is_error(fault) for fault in faults):
        raise ConfigurationError(faults)
    return Checker(
        tree,
        definitions if isinstance(definitions, Definitions) else definitions_over(tree, several(definitions)),
        tuple(types),
        schema_of(several(schema)),
        tuple(rule_file(tree, Path(name)) for name in several(rules)),
        tuple(profiles),
        check_as,
        encoding,
        now or datetime.now(UTC),
    )
