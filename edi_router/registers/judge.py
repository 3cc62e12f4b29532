"""What a document does to a register: its move found, judged, and told as a value; nothing happens here."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Kind
from edi_router.paths import Node, Path
from edi_router.registers.clocks import next_stroke
from edi_router.registers.entry import Draw, Entry, Line
from edi_router.registers.model import Check, Chosen, Enter, Move, Outcome
from edi_router.registers.numbers import number_text, stream_of
from edi_router.registers.reading import (
    Unreadable,
    asked_of,
    cleaned,
    fields_of,
    joined,
    lines_of,
    with_fields,
)
from edi_router.registers.register import Register
from edi_router.registers.tree import ROOT, Asked, Branch, add_entry, add_pairs, add_taken, leaves, plain
from edi_router.registers.view import Moved, RegisterView
from edi_router.rules.context import Context

Registers = Mapping[str, Register]
_REFUSED = Outcome(en="refused", zh="拒绝", message="reject", keep=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one move of one entry comes to."""

    register: Register
    outcome: Outcome
    moved: Moved
    tree: Branch
    faults: tuple[Fault, ...]
    """What the checks found; with a refusal the errors say why."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A document that moves registers, with what is known of it."""

    kind: Kind
    root: Node
    message: str
    sender: str
    codes: Sequence[str]
    """The codes of the sender."""
    context: Context
    released: bool = False
    """Whether a person has released the message."""
    refused: str = ""
    """Why a person has refused the message; only moves that refuse it happen then."""
    test: bool = False
    """Whether it is a test document, or made of one."""
    origin: str = ""
    """Of a document that we made: the partner whose document it was made of; else the sender counts."""


def judge(
    register: Register, occasion: Occasion, registers: Registers, view: RegisterView
) -> Iterator[Judged]:
    """What the document comes to in one register: one move for each key; nothing when no move is for it.

    The caller applies each move to `view` before it asks for the next one.
    """
    for move in register.definition.moves:
        if not any(kind.includes(occasion.kind) for kind in move.kinds):
            continue
        tree = _tree(register, move, occasion, None, "")
        _through(tree, move, registers, view, occasion)
        if not register.holds(move.id, tree, occasion.context):
            continue
        for item in move.each.select(tree) if move.each is not None else [None]:
            judging = _Judging(register, move, occasion, registers, view, item)
            if not register.picks(move.id, judging.tree, occasion.context):
                continue
            yield judging.judged() if judging.key else judging.without_key()
        return


def _tree(register: Register, move: Move, occasion: Occasion, item: Node | None, key: str) -> Branch:
    """What the tree has before the entry is looked up."""
    context = occasion.context
    root = Branch(ROOT, occasion.root)
    leaves(root, {
        "Register": register.id, "Move": move.id, "Key": key, "Message": occasion.message,
        "Sender": occasion.sender, "Today": context.business_date.isoformat(),
        "Now": context.now.astimezone(context.zone).isoformat(timespec="seconds"),
        "Released": "yes" if occasion.released else "",
        "Refused": "yes" if occasion.refused else "", "Words": occasion.refused,
    })  # fmt: skip
    for code in occasion.codes:
        root.add("SenderCode", code)
    root.graft("Document", occasion.root)
    if item is not None:
        root.graft("Item", item)
        if item.parent is not None:
            root.graft("Around", item.parent)
    return root


def is_moved(register: Register, occasion: Occasion) -> bool:
    """Whether a move of the register is for the document, be it that it moves no entry."""
    return any(
        register.holds(move.id, _tree(register, move, occasion, None, ""), occasion.context)
        for move in register.definition.moves
        if any(kind.includes(occasion.kind) for kind in move.kinds)
    )


def _through(tree: Branch, move: Move, registers: Registers, view: RegisterView, occasion: Occasion) -> None:
    """Add the entry that knows which entries are moved."""
    if move.through is None:
        return
    found = move.through.key.values(tree)
    entry = view.register_entry(move.through.in_, found[0][0].strip()) if found else None
    if entry is not None:
        expired = registers[move.through.in_].expired(entry, occasion.context.business_date)
        add_entry(tree, entry, expired, "Through")


class _Judging:
    """One move on one entry."""

    def __init__(
        self,
        register: Register,
        move: Move,
        occasion: Occasion,
        registers: Registers,
        view: RegisterView,
        item: Node | None,
    ) -> None:
        self.register = register
        self.move = move
        self.occasion = occasion
        self.registers = registers
        self.view = view
        self.tree = _tree(register, move, occasion, item, "")
        _through(self.tree, move, registers, view, occasion)
        self.key = joined([self._first(path) for path in move.key])
        if self.key:
            self.tree.add("Key", self.key)
        self.by = self._first(move.by) if move.by is not None else ""
        self.before = view.register_entry(register.id, self.key)

    def without_key(self) -> Judged:
        """The refusal of a document that does not say which entry it is about, or not in a way that can be kept."""
        values = {"register": self.register.id, "path": ", ".join(map(str, self.move.key))}
        node = self.tree.children("Item") or self.tree.children("Document")
        return self._refused(Fault("register-key-missing", node[0].place(), values))

    def _refused(self, fault: Fault) -> Judged:
        """A refusal that every register makes, whatever its file says; nothing changes."""
        moved = Moved(self.register.id, self.key, self.move.id, "refused", self.before, None)
        self.tree.add("Outcome", "refused")
        return Judged(self.register, _REFUSED, moved, self.tree, (fault,))

    def judged(self) -> Judged:
        """What the move comes to; a refusal where a quantity cannot be read, which would count as none, or as all."""
        try:
            return self._judged()
        except Unreadable as error:
            values = {"register": self.register.id, "key": self.key, "value": error.text}
            return self._refused(Fault("register-quantity", error.node.place(), values))

    def _judged(self) -> Judged:
        move, register = self.move, self.register
        entry, same = self._working()
        asked = list(asked_of(move.lines, self.tree, entry)) if move.lines is not None else []
        entry = self._answered(entry, asked)
        if entry is not None:
            add_entry(self.tree, entry, register.expired(entry, self._today), same=same)
        add_pairs(self.tree, asked, entry)
        if self.by:
            self.tree.add("By", self.by)
        self._look()
        self._compare(entry)
        for mark, text in register.marked(move.id, self.tree, self.occasion.context):
            self.tree.add(mark, text)
        told = list(_told(register.findings(move.id, self.tree, self.occasion.context)))
        faults = [fault for _, fault in told]
        name = next((check.outcome for check, fault in told if check.outcome and is_error(fault)), None)
        if name is None:
            name = self._chosen(move.outcome)
        outcome = register.definition.outcomes[name]
        if entry is None and move.enter is not None and outcome.state is not None:
            entry = self._made(move.enter)
            add_entry(self.tree, entry, register.expired(entry, self._today))
        if outcome.draw != "no" and entry is not None:
            fault = self._overdrawn(outcome, entry, asked)
            if fault is not None:
                return self._refused(fault)
        return self._settled(name, outcome, entry, asked, tuple(faults))

    def _overdrawn(self, outcome: Outcome, entry: Entry, asked: Sequence[Asked]) -> Fault | None:
        """A fault where more is asked for than is left, or less than nothing: no register's file can allow it."""
        lines = {line.key: line for line in entry.lines}
        if outcome.reverse and self.by:
            entry = entry.without_draws_of(self.by)
        for each in asked:
            line = lines.get(each.key)
            left = entry.left(line) if line is not None else None
            wanted = each.quantity or Decimal(0)
            too_much = left is not None and wanted > left and outcome.draw == "yes"
            if line is None or wanted < 0 or too_much:
                values = {
                    "register": self.register.id, "key": self.key, "line": each.key, "asked": plain(wanted),
                    "left": "-" if left is None else plain(left),
                }  # fmt: skip
                return Fault("register-overdrawn", (each.node or self.tree).place(), values)
        return None

    @property
    def _today(self) -> date:
        return self.occasion.context.business_date

    def _first(self, path: Path) -> str:
        found = path.values(self.tree)
        return cleaned(found[0][0]) if found else ""

    def _working(self) -> tuple[Entry | None, bool]:
        """The entry that the checks see as `Entry`, and whether the document says what it was made of."""
        entered = self.move.enter
        if entered is None:
            return self.before, False
        fresh = self._made(entered)
        if self.before is None or self.before.state in entered.replaces:
            return None, False
        of_lines = entered.lines.fields if entered.lines is not None else ()
        same = self.before.as_entered(entered.fields, of_lines).says_the_same(fresh)
        if not entered.adds:
            return self.before, same
        known = {line.key for line in self.before.lines}
        more = tuple(line for line in fresh.lines if line.key not in known)
        return replace(self.before, lines=self.before.lines + more), same

    def _made(self, enter: Enter) -> Entry:
        """The entry that the document makes."""
        lines = [Line(key) for key in enter.line_keys]
        if enter.lines is not None:
            lines += lines_of(enter.lines, self.tree)
        secret = self._first(enter.secret) if enter.secret is not None else ""
        return Entry(
            register=self.register.id,
            key=self.key,
            version=self.before.version if self.before is not None else 0,
            fields=fields_of(enter.fields, self.tree),
            lines=tuple({line.key: line for line in lines}.values()),
            secret=self.view.sealed(self.register.id, self.key, secret) if secret else "",
            entered_by=self.occasion.sender or self.occasion.origin,
            message=self.occasion.message,
            test=self.occasion.test,
            entered=self.occasion.context.now,
            since=self.occasion.context.now,
        )

    def _answered(self, entry: Entry | None, asked: Sequence[Asked]) -> Entry | None:
        """The entry with what the document sets, for the checks to see."""
        if entry is None or not (self.move.set or self.move.set_line):
            return entry
        entry = with_fields(entry, self.move.set, self.tree)
        if not self.move.set_line:
            return entry
        told = {each.key: each.node for each in asked if each.node is not None}
        lines = []
        for line in entry.lines:
            node = told.get(line.key)
            if node is not None:
                pair = Branch("Line", node)
                pair.graft("Document", node)
                line = replace(line, fields={**line.fields, **fields_of(self.move.set_line, pair)})
            lines.append(line)
        return replace(entry, lines=tuple(lines))

    def _look(self) -> None:
        if not self.move.look:
            return
        look = self.tree.add("Look")
        for name, wanted in self.move.look.items():
            found = self.view.register_entry(wanted.in_, self._first(wanted.key))
            if found is not None:
                expired = self.registers[wanted.in_].expired(found, self._today)
                add_entry(look, found, expired, name)

    def _compare(self, entry: Entry | None) -> None:
        """Tell whether the claim brings the secret; how long it takes says nothing."""
        if self.move.secret is None or entry is None:
            return
        given = self.view.sealed(self.register.id, self.key, self._first(self.move.secret))
        right = bool(entry.secret) and hmac.compare_digest(given, entry.secret)
        self.tree.add("Secret", "right" if right else "wrong")

    def _chosen(self, several: Iterable[Chosen]) -> str:
        for number, each in enumerate(several):
            if self.register.chooses(self.move.id, number, self.tree, self.occasion.context):
                return each.outcome
        raise AssertionError("lint demands a last outcome without conditions")

    def _settled(
        self,
        name: str,
        outcome: Outcome,
        entry: Entry | None,
        asked: Sequence[Asked],
        faults: tuple[Fault, ...],
    ) -> Judged:
        now = self.occasion.context.now
        self.tree.add("Outcome", name)
        stream, number = "", 0
        if outcome.number is not None and entry is not None:
            series = self.register.definition.series[outcome.number]
            stream = stream_of(self.register.id, outcome.number, series, entry, self._today)
            number = self.view.last_number(stream) + 1
            self.tree.add("Number", number_text(series, entry, self._today, number))
        after = None
        if entry is not None:
            after = self._after(outcome, entry if outcome.keep else (self.before or entry), asked, now)
            if self.before is not None and after == self.before:
                after = None
            elif after.state:
                after = replace(after, version=(self.before.version if self.before else 0) + 1)
            else:
                after = None
        if after is not None:
            add_taken(self.tree, self.before, after, self.by)
        self.tree.add("State", (after or self.before or Entry("", "")).state)
        if after is not None:
            add_entry(self.tree, after, self.register.expired(after, self._today), "After")
        detail = {"by": self.by} | {
            f"asked {each.key}": plain(each.quantity) for each in asked if each.quantity
        }
        stroke = next_stroke(self.register, after, self.occasion.context.zone) if after is not None else None
        moved = Moved(
            register=self.register.id,
            key=self.key,
            move=self.move.id,
            outcome=name,
            before=self.before,
            after=after,
            stream=stream,
            number=number,
            due=stroke[0] if stroke is not None else None,
            open=after is None or self.register.is_open(after),
            detail={key: text for key, text in detail.items() if text},
        )
        return Judged(self.register, outcome, moved, self.tree, faults)

    def _after(self, outcome: Outcome, entry: Entry, asked: Sequence[Asked], now: datetime) -> Entry:
        if outcome.reverse and self.by:
            entry = entry.without_draws_of(self.by)
        if outcome.draw != "no":
            entry = replace(entry, draws=(*entry.draws, *self._taken(outcome, entry, asked)))
        if outcome.tries is not None:
            entry = replace(entry, tries=entry.tries + 1 if outcome.tries == "count" else 0)
        entry = with_fields(entry, outcome.set, self.tree)
        return in_state(entry, outcome.state, now)

    def _taken(self, outcome: Outcome, entry: Entry, asked: Sequence[Asked]) -> Iterator[Draw]:
        """What is drawn: all that is asked for, or no more than what is left."""
        lines = {line.key: line for line in entry.lines}
        for each in asked:
            left = entry.left(lines[each.key])
            quantity = each.quantity or Decimal(0)
            if outcome.draw == "rest" and left is not None:
                quantity = min(quantity, max(left, Decimal(0)))
            if quantity:
                yield Draw(self.by, each.key, quantity, self.occasion.sender)


def _told(findings: Iterable[tuple[Check, Fault]]) -> Iterator[tuple[Check, Fault]]:
    """What the checks find, to the end of the first broken one that stops."""
    last: Check | None = None
    for check, fault in findings:
        if last is not None and last.stop and check is not last:
            return
        last = check
        yield check, fault


def in_state(entry: Entry, state: str | None, now: datetime) -> Entry:
    """The entry in a new state; its clocks begin anew."""
    if state is None or state == entry.state:
        return entry
    return replace(entry, state=state, since=now, fired=frozenset())
