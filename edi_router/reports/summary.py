"""The monthly summary (R19, R-SLA-02; S0-17, S4-30, S4-33): what came, what went, how fast, and what the registers said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Connection, select

from edi_router.ledger.figure_queries import CAME, MOVED, WENT
from edi_router.ledger.store import Store
from edi_router.registers import Register
from edi_router.reports.mismatches import mismatch_rates
from edi_router.reports.model import Period, Report, Table, Value, percent, seconds
from edi_router.reports.promises import promises
from edi_router.reports.share import share
from edi_router.reports.sql import figures, of_partner, whole
from edi_router.reports.steps import Steps, steps

_REFUSED, _REPEATED = "rejected", "duplicate"
FIVE = (
    ("formalities", "received-delivered", "declaration"),
    ("port-logistics", "received-delivered", "gate"),
    ("transit", "received-delivered", "transfer"),
    ("finding", "received-refused", "*"),
    ("solving", "held-decided", "*"),
)
"""The five fasts (S4-33, our reading): formalities, port logistics, transit, finding problems, solving them."""


@dataclass(frozen=True)
class Terms:
    """What the configuration knows that the ledger does not."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    """Kinds of document by message type."""
    inland: Collection[str] = frozenset()
    """Provinces (two digits of GB/T 2260) without a coast."""
    coast: Collection[str] = frozenset()
    """The others that are known."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """A code of each partner that tells where it is."""
    hours: Mapping[str, Decimal] = field(default_factory=dict)
    """Hours saved by each electronic document, by kind."""
    registers: Mapping[str, Register] = field(default_factory=dict)
    language: str = "en"


def summary(ledger: Store, period: Period, terms: Terms, partner: str | None = None, top: int = 50) -> Report:
    """All tables of the summary; `partner` confines messages to its own, outputs to those for it."""
    with ledger.read() as connection:
        came, firms = _came(connection, period, terms, partner)
        took = steps(connection, period, terms.kinds, partner)
        spans = took.table()
        found = (
            Table("in", ("partner", "type", "state", "count"), [row[:2] + row[3:] for row in came]),
            _went(connection, period, partner),
            spans,
            _five(spans),
            *_routes(took, came),
            *promises(connection, period, partner),
            mismatch_rates(connection, period),
            *_registers(connection, period, terms, partner),
        )
    online = share(ledger, period, terms.kinds, partner, by="all").tables[0]
    more = (online, _bureaus(online), _inland(firms, terms), _saved(came, terms), _ranking(firms, top))
    return Report("summary", period, (*found[2:], *more, *found[:2]))  # the long lists stand last


_Came = list[tuple[str, str, str, str, int]]
_Firms = dict[str, Counter[str]]


def _came(connection: Connection, period: Period, terms: Terms, partner: str | None) -> tuple[_Came, _Firms]:
    """The messages by sender, type, kind and state, and by firm and state: of one count."""
    came = figures(connection, CAME, period).c
    groups = (came.partner, came.type, came.state, came.detail)
    query = select(*groups, whole(came.number)).group_by(*groups)
    query = of_partner(query, came, partner)
    found: Counter[tuple[str, str, str]] = Counter()
    firms: _Firms = defaultdict(Counter)
    for sender, type, state, name, number in connection.execute(query):
        found[sender, type, state] += number
        firms[terms.codes.get(name, name)][state] += number
    kinds = terms.kinds
    came_ = [(*key[:2], kinds.get(key[1], key[1]), key[2], number) for key, number in sorted(found.items())]
    return came_, firms


def _went(connection: Connection, period: Period, partner: str | None) -> Table:
    went = figures(connection, WENT, period).c
    groups = (went.partner, went.type, went.state)
    query = select(*groups, whole(went.number))
    query = of_partner(query, went, partner)
    rows = connection.execute(query.group_by(*groups).order_by(*groups))
    return Table("out", ("partner", "output", "state", "count"), [tuple(row) for row in rows])


def _routes(steps: Steps, came: _Came) -> Iterable[Table]:
    """From receipt to delivery by partner and by agreement, which is what we call a route."""
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for sender, _, _, state, count in came:
        states[sender][state] += count
    took = {sender: spans for (sender,), (_, *spans) in steps.partners.spreads()}
    counted = ("completed", _REFUSED, _REPEATED, "held")
    rows: list[tuple[Value, ...]] = []
    for sender in sorted(states, key=lambda each: (-states[each].total(), each)):
        number = states[sender]
        rows.append((
            sender, number.total(), *(number[state] for state in counted), percent(number[_REFUSED], number.total()),
            *map(seconds, took.get(sender, (None, None, None))),
        ))  # fmt: skip
    columns = ("partner", "documents", *counted, "refused_share", "p50", "p95", "max")
    yield Table("partners", columns, rows, ("partner", "documents"))
    yield Table("routes", ("agreement", "count", "p50", "p95", "max"), [
        (*key, count, *map(seconds, spans)) for key, (count, *spans) in steps.routes.spreads()
    ])  # fmt: skip


def _registers(connection: Connection, period: Period, terms: Terms, partner: str | None) -> Iterable[Table]:
    """What the registers' moves came to, and which clocks struck."""
    moved = figures(connection, MOVED, period).c
    groups = (moved.type, moved.detail, moved.state)
    query = select(*groups, whole(moved.number)).group_by(*groups).order_by(*groups)
    query = of_partner(query, moved, partner)
    moves: list[tuple[Value, ...]] = []
    struck: list[tuple[Value, ...]] = []
    for register, move, outcome, count in connection.execute(query):
        known = terms.registers.get(register)
        meant = known.definition.outcomes.get(outcome) if known else None
        name = (meant.zh if terms.language == "zh" else meant.en) if meant else ""
        clocks = {clock.id for clock in known.definition.clocks} if known else set()
        if move in clocks:
            struck.append((register, move, outcome, name, count))
        else:
            moves.append((register, move, outcome, name, meant.message if meant else "", count))
    yield Table("registers", ("register", "move", "outcome", "meaning", "message", "count"), moves)
    yield Table("clocks", ("register", "clock", "outcome", "meaning", "count"), struck)


def _five(took: Table) -> Table:
    found = {(row[0], row[1]): row[2:] for row in took.rows}
    columns = ("fast", "step", "document", "count", "p50", "p95", "max")
    return Table("five", columns, [(*each, *found.get(each[1:], (0, None, None, None))) for each in FIVE])


def province(code: str) -> str:
    """The province (two digits of GB/T 2260) that a code of a firm or bureau tells; "" when it tells none.

    >>> province("91420500MA00000079"), province("370200"), province("4205000001"), province("ENT-A")
    ('42', '37', '42', '')
    """
    if len(code) == 18:
        return code[2:4]
    return code[:2] if len(code) in (6, 10) and code.isdigit() else ""


def _inland(firms: _Firms, terms: Terms) -> Table:
    number: Counter[str] = Counter()
    for code, states in firms.items():
        where = province(code)
        place = "inland" if where in terms.inland else "coast" if where in terms.coast else "unknown"
        number[place] += states.total()
    known = number["inland"] + number["coast"]
    columns = ("inland", "coast", "unknown", "inland_share")
    row = (number["inland"], number["coast"], number["unknown"], percent(number["inland"], known))
    return Table("inland", columns, [row])


def _saved(came: _Came, terms: Terms) -> Table:
    number: Counter[str] = Counter()
    for _, _, kind, state, count in came:
        if state not in (_REFUSED, _REPEATED):
            number[kind] += count
    rows = [(kind, number[kind], number[kind] * hours) for kind, hours in sorted(terms.hours.items())]
    return Table("saved", ("document", "documents", "hours"), rows)


def _bureaus(online: Table) -> Table:
    """The bureaus by their online share, those that stated no total after them by documents."""
    every = [row for row in online.dicts() if row["document"] == "*" and row["way"] == "*"]

    def place(row: Mapping[str, Value]) -> tuple[Decimal, int, str]:
        share, number = row["online_share"], row["documents"]
        assert isinstance(number, int)
        return (-share if isinstance(share, Decimal) else Decimal(1), -number, str(row["bureau"]))

    columns = ("rank", "bureau", "firms", "documents", "total_documents", "online_share")
    order = sorted(every, key=place)
    rows = [(rank, *(row[name] for name in columns[1:])) for rank, row in enumerate(order, 1)]
    return Table("bureaus", columns, rows, ("bureau", "documents"))


def _ranking(firms: _Firms, top: int) -> Table:
    """Who sends the most, and how cleanly: the yearly award of the certificate office (S0-17) goes by it."""
    order = sorted(firms, key=lambda code: (-firms[code].total(), code))[:top]
    columns = ("rank", "firm", "documents", "rejected", "refused_share")
    return Table("ranking", columns, [
        (rank, code, firms[code].total(), firms[code][_REFUSED], percent(firms[code][_REFUSED], firms[code].total()))
        for rank, code in enumerate(order, 1)
    ], ("firm", "documents"))  # fmt: skip
