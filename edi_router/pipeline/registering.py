"""Registers in the pipeline: what a document does to them, and the documents that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edi_router.faults import Fault, Place, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.xml import parse, write
from edi_router.mapping import Context
from edi_router.partners import Leg, Partner, Status
from edi_router.partners.routing import destination_of
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Decision, Output
from edi_router.pipeline.outputs import Document, make_output
from edi_router.registers import Moved, Overlay
from edi_router.registers.judge import Judged, Occasion, is_moved, judge
from edi_router.registers.model import Made
from edi_router.registers.tree import MOVE, dumped

DEPTH = 4
"""How often documents that registers make may move registers in turn."""
_WORST = {"accept": 0, "repeat": 1, "hold": 2, "reject": 3}
_DECISIONS = {
    "accept": Decision.ACCEPTED, "repeat": Decision.DUPLICATE, "hold": Decision.HELD, "reject": Decision.REJECTED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registers say of a document, as a whole."""

    decision: Decision
    reason: str
    faults: tuple[Fault, ...]
    outputs: tuple[Output, ...]
    moves: tuple[Moved, ...]


def register(
    document: Document,
    names: Sequence[str],
    sender: Partner,
    context: Context,
    configuration: Configuration,
    registers: Overlay,
    release: str = "",
    refused: str = "",
) -> Registered:
    """Move the registers of an agreement; all that the document does to them happens, or only its refusal.

    The moves are applied to `registers`, where the documents after this one see them. `release` names the
    decision of a person by which a held document is processed again, `refused` says why one has refused it.
    """
    work = _Work(document, sender, context, configuration, release, refused)
    here = Overlay(registers)
    work.move(document, names, sender.id, sender.codes, here, 0)
    worst = max((each.outcome.message for each in work.judged), key=_WORST.__getitem__, default="accept")
    if work.kept_back:
        return Registered(Decision.HELD, "test-to-live", tuple(work.kept_back), (), ())
    if work.unmoved:
        return Registered(Decision.HELD, "register-unmoved", tuple(work.unmoved), (), ())
    if any(is_error(fault) for fault in work.broken):
        # A refusal that cannot be told counts too: else secrets could be tried without end.
        refusals = _standing(work.judged, worst) if worst == "reject" else ()
        moves = tuple(each.moved for each in refusals)
        for moved in moves:
            registers.apply(moved)
        return Registered(Decision.REJECTED, "not mappable", tuple(work.broken), (), moves)
    if worst == "accept":
        here.commit()
        kept = told = work.judged
        faults = [fault for each in work.judged for fault in each.faults]
    else:
        kept = list(_standing(work.judged, worst))
        told = [each for each in work.judged if each.outcome.message == worst]
        faults = [fault for each in told for fault in _told(each, document.root.place())]
        for each in kept:
            registers.apply(each.moved)
    decision = _DECISIONS[worst]
    reason = ", ".join(dict.fromkeys(f"{each.register.id}: {each.moved.outcome}" for each in told))
    outputs = [output for each in kept for output in work.outputs[id(each)]]
    return Registered(
        decision, reason, (*work.broken, *faults), tuple(outputs), tuple(each.moved for each in kept)
    )


def _standing(judged: Sequence[Judged], worst: str) -> Iterator[Judged]:
    """What happens although the document is refused or held: only what led to that, on entries as they were."""
    touched: set[str] = set()
    for each in judged:
        if each.outcome.message != worst:
            if each.moved.after is None and not each.moved.number:
                continue  # it changed nothing
            touched |= {each.moved.id, each.moved.stream} - {""}
        elif not touched & {each.moved.id, each.moved.stream}:
            yield each


def _told(judged: Judged, place: Place) -> Iterator[Fault]:
    """Why a move is refused or held: what its checks found, else the outcome's own words."""
    outcome = judged.outcome
    values = {
        "register": judged.register.definition.name.en, "register_zh": judged.register.definition.name.zh,
        "key": judged.moved.key, "text": outcome.en, "text_zh": outcome.zh,
    }  # fmt: skip
    yield from judged.faults
    if outcome.message == "repeat":
        return
    if outcome.message == "hold":
        yield Fault("register-held", place, values)
    elif not any(is_error(fault) for fault in judged.faults):
        yield Fault("register-refused", place, values)


class _Work:
    """One document, and those that the registers make of it."""

    def __init__(
        self,
        document: Document,
        sender: Partner,
        context: Context,
        configuration: Configuration,
        release: str,
        refused: str,
    ) -> None:
        self.document = document
        self.sender = sender
        self.context = context
        self.configuration = configuration
        self.release = release
        self.refused = refused
        self.judged: list[Judged] = []
        self.outputs: dict[int, list[Output]] = {}
        self.broken: list[Fault] = []
        """What keeps a document from being made, or the document from being judged."""
        self.unmoved: list[Fault] = []
        """Registers of the agreement that have no move for the document."""
        self.kept_back: list[Fault] = []
        """Live partners whom a document made of a test document would reach."""
        self._made = 0
        self._trees: dict[int, Document] = {}
        """The trees of moves as documents, of which several things are made."""

    def move(
        self,
        document: Document,
        names: Sequence[str],
        sender: str,
        codes: Sequence[str],
        registers: Overlay,
        depth: int,
    ) -> None:
        """Let the document move the registers, and what is made of it move others."""
        if depth > DEPTH:
            self.broken.append(Fault("register-too-deep", document.root.place(), {"limit": str(DEPTH)}))
            return
        occasion = Occasion(
            document.kind, document.root, self.document.id, sender, codes, self.context,
            released=bool(self.release), refused=self.refused, test=self.document.test, origin=self.sender.id,
        )  # fmt: skip
        for name in names:
            found = 0
            for judged in judge(
                self.configuration.registers[name], occasion, self.configuration.registers, registers
            ):
                found += 1
                registers.apply(judged.moved)
                self.judged.append(judged)
                self.outputs[id(judged)] = []
                for made in judged.outcome.deliver:
                    self._make(made, judged, document, registers, depth)
            if not found and not is_moved(self.configuration.registers[name], occasion):
                values = {"register": name, "kind": str(document.kind)}
                self.unmoved.append(Fault("register-unmoved", document.root.place(), values))

    def _make(self, made: Made, judged: Judged, document: Document, registers: Overlay, depth: int) -> None:
        if made.each is None:
            self._make_one(made, judged, document, registers, depth)
            return
        for node in list(made.each.select(judged.tree)):
            with judged.tree.grafted("This", node):
                self._make_one(made, judged, document, registers, depth)

    def _make_one(
        self, made: Made, judged: Judged, document: Document, registers: Overlay, depth: int
    ) -> None:
        place = document.root.place()
        destination = destination_of(made.to, judged.tree, self.configuration.directory, place)
        if isinstance(destination, Fault):
            if not made.if_known:
                self.broken.append(destination)
            return
        if self.document.test and destination.status is Status.LIVE and destination.id != self.sender.id:
            values = {"partner": self.sender.id, "destination": destination.id}
            self.kept_back.append(Fault("test-to-live", place, values))
            return
        self._made += 1
        # What was made when the message was held keeps its names; so does what each release makes.
        again = f"w{self.release}-" if self.release else "refusal-" if self.refused else ""
        identity = f"{self.document.id}-{again}r{self._made}"
        source = self._source(made, judged, document)
        output, faults = make_output(
            source, identity, Leg(made, destination), self.sender, self.context, self.configuration
        )
        if source.kind == MOVE:  # no line of any file
            faults = [replace(fault, place=Place(xpath=fault.place.xpath)) for fault in faults]
        self.broken += faults
        if output is None:
            return
        self.outputs[id(judged)].append(replace(output, messages=(self.document.id,)))
        if made.registers and output.content is not None:
            parsed, _ = parse(output.content)
            if parsed is not None:
                kind = Kind("xml", parsed.local, parsed.namespace or "")
                chained = replace(
                    document, kind=kind, root=parsed.node(), source=output.content, reference=judged.moved.key
                )
                self.move(chained, made.registers, "", (), registers, depth + 1)

    def _source(self, made: Made, judged: Judged, document: Document) -> Document:
        """What a document is made of: the move's tree, or the document itself where the mapping reads that."""
        mapping = self.configuration.mappings[made.mapping] if made.mapping is not None else None
        if mapping is None or not mapping.definition.origin.includes(MOVE):
            return document
        if made.each is not None:  # the tree has a part of itself as `This` now
            return tree_document(judged, document)
        if id(judged) not in self._trees:
            self._trees[id(judged)] = tree_document(judged, document)
        return self._trees[id(judged)]


def tree_document(judged: Judged, document: Document) -> Document:
    """The tree of a move as a document of its own, without the secrets of the document that made it."""
    written = write(dumped(judged.tree, judged.register.hidden(document.kind)))
    parsed, _ = parse(written.content)
    if parsed is None:  # what we wrote ourselves is well-formed
        raise AssertionError("the tree of a move is not well-formed")
    return replace(
        document, kind=MOVE, root=parsed.node(), source=written.content, reference=judged.moved.key
    )
