"""Asking for a report by its name: what it needs of the configuration is found here, for every way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from edi_router.config import Tree, did_you_mean, read_model
from edi_router.faults import Fault
from edi_router.ledger import Ledger
from edi_router.partners import Partner
from edi_router.registers import Register, load_registers
from edi_router.reports.mismatches import mismatches
from edi_router.reports.model import Period, Report
from edi_router.reports.share import By, share
from edi_router.reports.summary import Terms, summary
from edi_router.reports.times import times
from edi_router.reports.volumes import Threshold, volumes
from edi_router.tables import load_table

KINDS = ("share", "summary", "mismatches", "volumes", "times")


class Unknown(LookupError):
    """What was asked for is not in the configuration: `what` (`partner` or `register`), `name`, and a `near` one."""

    def __init__(self, what: str, name: str, near: str | None = None) -> None:
        super().__init__(f"no {what} {name}")
        self.what, self.name, self.near = what, name, near


class FaultyTable(Exception):
    """A table that a report needs has faults."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(frozen=True)
class Asked:
    """What is asked of a report. Which of it counts, the report decides."""

    tree: Tree
    period: Period
    language: str = "en"
    partner: str | None = None
    """The receiving bureau of a share, the bureau of origin of mismatches, otherwise the sender."""
    by: By = "month"
    sums: tuple[tuple[str, str], ...] = ()
    """Fields of registers that volumes add up."""
    above: int = 50
    """Per cent above the average from which volumes warn."""
    days: int = 7
    """Days that the average is of."""
    least: int = 5
    """No day with less is warned of."""
    top: int = 50
    """Firms in the ranking."""


def make(kind: str, ledger: Ledger, asked: Asked) -> Report:
    """The report of this kind (`KINDS`). Raises Unknown and FaultyTable; KeyError for a kind that is none."""
    if asked.partner is not None:
        partner(asked.tree, asked.partner)
    return _MAKERS[kind](ledger, asked)


def partner(tree: Tree, id: str) -> Partner:
    """The partner with this id; raises Unknown."""
    partners = {each.id: each for each in _partners(tree)}
    if id not in partners:
        raise Unknown("partner", id, did_you_mean(id, list(partners)))
    return partners[id]


def _share(ledger: Ledger, asked: Asked) -> Report:
    return share(ledger, asked.period, _kinds(asked.tree), asked.partner, asked.by)


def _summary(ledger: Ledger, asked: Asked) -> Report:
    return summary(ledger, asked.period, _terms(asked), asked.partner, asked.top)


def _mismatches(ledger: Ledger, asked: Asked) -> Report:
    codes = partner(asked.tree, asked.partner).codes if asked.partner is not None else ()
    return mismatches(ledger, asked.period, codes)


def _volumes(ledger: Ledger, asked: Asked) -> Report:
    known = _registers(asked.tree) if asked.sums else {}
    for register, _ in asked.sums:
        if register not in known:
            raise Unknown("register", register, did_you_mean(register, list(known)))
    threshold = Threshold(asked.above, asked.days, asked.least)
    return volumes(ledger, asked.period, _kinds(asked.tree), asked.sums, asked.partner, threshold)


def _times(ledger: Ledger, asked: Asked) -> Report:
    promised = {code: int(value) for code, value in _values(asked.tree, "promised-time").items()}
    return times(ledger, asked.period, _registers(asked.tree), promised, asked.partner)


_MAKERS: Mapping[str, Callable[[Ledger, Asked], Report]] = {
    "share": _share, "summary": _summary, "mismatches": _mismatches, "volumes": _volumes, "times": _times,
}  # fmt: skip


def _partners(tree: Tree) -> list[Partner]:
    """The partners as their files say; what else is wrong with them, lint tells."""
    found = (read_model(Partner, tree.text(name), name)[0] for name in tree.names("partners", ".yaml"))
    return [each for each in found if each is not None]


def _registers(tree: Tree) -> dict[str, Register]:
    return load_registers(tree)[0]


def _values(tree: Tree, name: str) -> dict[str, str]:
    table, faults = load_table(tree, name)
    if table is None:
        raise FaultyTable(faults)
    return {row.columns["code"]: row.columns["value"] for row in table.rows}


def _kinds(tree: Tree) -> dict[str, str]:
    return _values(tree, "document-kind")


def _terms(asked: Asked) -> Terms:
    tree = asked.tree
    provinces = _values(tree, "inland-district")
    codes = {}
    for each in _partners(tree):
        telling = [code for code in each.codes if len(code) in (6, 18)]
        if telling:
            codes[each.id] = max(telling, key=len)
    return Terms(
        kinds=_kinds(tree),
        inland=frozenset(code for code, value in provinces.items() if value == "1"),
        coast=frozenset(code for code, value in provinces.items() if value != "1"),
        codes=codes,
        hours={kind: Decimal(value) for kind, value in _values(tree, "saved-hours").items()},
        registers=_registers(tree),
        language=asked.language,
    )
