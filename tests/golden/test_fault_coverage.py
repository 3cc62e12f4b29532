"""What the golden cases of the shipped mappings prove: every fault that a line can raise, every branch, documents."""

from __future__ import annotations

import functools

import pytest

from edi_router.config import Tree
from edi_router.mapping import load, names
from edi_router.mapping.coverage import coverage
from edi_router.mapping.documents import Source
from edi_router.mapping.golden import cases
from edi_router.mapping.raisable import raisable
from edi_router.mapping.source_values import Samples, Verdicts
from edi_router.mapping.trace_given import of_cases

TREE = Tree.over_shipped()
GOOD = 3
"""So many cases at least give a document without any fault."""
NO_OTHER_DECLARATION = (
    "a type of declaration outside the table is told at IEFlag, and the schema tells one missing element"
)
CANNOT_BE = {
    ("wco-decmessage", "output-invalid", target): NO_OTHER_DECLARATION
    for target in (
        "OwnerName", "TradeCountry", "TradeCode", "TradeName", "TransMode", "TradeCoScc", "OwnerCodeScc", "TradeAreaCode"
    )
} | {
    ("combined-decmessage", "output-invalid", "SddTaxHead"): (
        "the form's schema asks for it in SddTax, and for LegalLiability, Sign and CertSeqNo in it"
    ),
}  # fmt: skip
"""Faults that are derived, but that depend on several values at once: by mapping, code and the end of the target."""
NEVER_TAKEN = {
    (
        "decresult-cusres",
        "default",
        "d2005",
    ): "the number is there where it is read; only its letter may be unknown",
    ("combined-receipt", "default", "Accepted"): "the code is read where it is there; it may only be unknown",
    (
        "combined-eciq",
        "default",
        "TradeModeCode",
    ): "the form's schema asks for a trade mode; it may only be unknown",
}
"""Branches that no document takes: by mapping, kind and the end of the target."""


@functools.cache
def source() -> Source:
    return Source(TREE)


@functools.cache
def verdicts() -> Verdicts:
    return Verdicts()


@pytest.mark.parametrize("id", names(TREE))
def test_cases_show_every_fault_and_every_branch(id: str) -> None:
    mapping, _ = load(TREE, id, source().definitions)
    assert mapping is not None
    found = coverage(mapping, of_cases(TREE, source(), mapping))
    unraised = [
        (each.code, each.rules[0], each.target, each.path, each.texts)
        for each in raisable(TREE, mapping, Samples(source().definitions, verdicts()))
        if not each.is_raised(found.raised)
        and (id, each.code, each.target.rpartition("/")[2]) not in CANNOT_BE
    ]
    assert unraised == []
    untaken = [
        (each.line, each.target, each.kind, each.detail)
        for each in found.outcomes()
        if each.kind != "target"
        and not each.times
        and (id, each.kind, each.target.rpartition("/")[2]) not in NEVER_TAKEN
    ]
    assert untaken == []
    files = {case: list(TREE.names(f"mappings/{id}/cases/{case}/")) for case in cases(TREE, id)}
    good = [case for case, each in files.items() if not any(name.endswith("/faults.txt") for name in each)]
    assert len(good) >= GOOD
