"""Kinds of references and roles of parties that look misspelt: a deployment may have its own, so there is no list.

A number under a misspelt kind is found by nobody who looks for the kind, a party under a misspelt role sees nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from edi_router.config import Block, Tree, read_model
from edi_router.faults import Fault
from edi_router.formats.document_type import DocumentType
from edi_router.formats.documents import FOLDER

PARTS = ("references", "parties")


def lint_names(tree: Tree) -> list[Fault]:
    """A warning for each name that one document type alone uses and that is one slip away from one of others."""
    read = {
        name: read_model(DocumentType, tree.text(name), tree.display(name))
        for name in tree.names(FOLDER, ".yaml")
    }
    shipped = Tree(tree.layers[-1:]) if len(tree.layers) > 1 else None
    faults: list[Fault] = []
    for part in PARTS:
        uses: Counter[str] = Counter()
        settled: set[str] = set()
        for file, (type_, _, _) in read.items():
            names = [] if type_ is None else list(getattr(type_, part))
            uses.update(names)
            settled.update(names if shipped is not None and shipped.find(file) is not None else ())
        settled.update(name for name, count in uses.items() if count > 1)
        for type_, node, _ in read.values():
            block = node.get(part) if type_ is not None and isinstance(node, Block) else None
            if isinstance(block, Block):
                faults += _slips(block, settled, part)
    return faults


def _slips(block: Block, settled: set[str], part: str) -> Iterator[Fault]:
    for key, _ in block.items:
        if key.value not in settled:
            near = next((name for name in sorted(settled) if is_slip(key.value, name)), None)
            if near is not None:
                values = {"name": key.value, "key": part, "near": near}
                yield Fault("config-name-alone", key.place, values, hint=near)


def is_slip(one: str, other: str) -> bool:
    """Whether a letter too many, too few, another one, or two in the wrong order make one name of the other.

    >>> [is_slip("container", each) for each in ("contaner", "containers", "cantainer", "contianer", "booking")]
    [True, True, True, True, False]
    """
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, rests = one[at:], other[at:]
    return (
        rest[1:] == rests[1:] or rest[1:] == rests or rest == rests[1:]
        or (rest[:2] == rests[1::-1] and rest[2:] == rests[2:])
    )  # fmt: skip
