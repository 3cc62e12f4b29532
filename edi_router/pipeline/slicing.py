"""One interchange of a large file, slice by slice: what each slice comes to, and the answer with the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edi_router.faults import Fault, is_error
from edi_router.formats.edifact import Message, Segment
from edi_router.formats.edifact.contrl import nameable
from edi_router.formats.edifact.fast_message import SlicedMessage
from edi_router.pipeline.acknowledge import aperak_output, contrl_version, contrls, told_of
from edi_router.pipeline.interchange import InterchangeWork
from edi_router.pipeline.model import (
    Begun,
    Decision,
    FileOutcome,
    InterchangeOutcome,
    LedgerView,
    MessageOutcome,
    Output,
    Part,
    Prior,
)
from edi_router.pipeline.slice_replies import Told
from edi_router.registers import Overlay, RegisterView

if TYPE_CHECKING:
    from edi_router.pipeline.slices import Seen

LENGTH = 1_000_000
"""Bytes of messages after which a slice ends, however few they are."""
TOLD = 20_000
"""Errors that are kept for the answer to an interchange; of messages beyond, only the first one of each."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Messages of one interchange that are recorded together."""

    part: Part
    decide: Callable[[], FileOutcome]
    """What they come to now; it may be asked again when the ledger has changed meanwhile."""


class Sliced:
    """An interchange on its way through slices.

    `known` is what of it is recorded already, `refused` are its rejected messages when it falls by them.
    """

    def __init__(
        self,
        work: InterchangeWork,
        seen: Seen,
        known: Begun | None,
        refused: Mapping[str, MessageOutcome],
        ledger: LedgerView,
        registers: RegisterView,
    ) -> None:
        self.work = work
        self.seen = seen
        self.known = known
        self.refused = refused
        self.ledger = ledger
        self.registers = registers
        self.version = contrl_version(work.sender, work.interchange)
        self.decision = Decision(known.decision) if known is not None else None
        """What was recorded of the interchange: later slices hold to it."""
        self.prior: Prior | None = None
        self.sound = known.sound if known is not None else 0
        """Messages recorded that are not rejected."""
        self.told: list[tuple[Message, list[Fault]]] = []
        self.documents = Told()
        self._room = TOLD

    def slices(self, size: int, last: bool) -> Iterator[Slice]:
        """The slices that are still to be recorded; `last`: no other interchange comes after this one."""
        done = self.known.messages if self.known is not None else 0
        taken: list[Message] = []
        number = length = 0
        for number, message in enumerate(self.work.interchange.messages(), start=1):
            if number <= done:
                self._recall(message)
                continue
            taken.append(message)
            length += message.length
            ends = number == self.seen.messages
            if ends or len(taken) == size or length >= LENGTH:
                yield from self._slice(taken, ends, ends and last)
                taken, length = [], 0
        if taken or number != self.seen.messages:
            raise AssertionError("the file reads otherwise than it did before")
        if not number:
            yield from self._slice([], True, last)

    def _slice(self, messages: Sequence[Message], ends: bool, last: bool) -> Iterator[Slice]:
        part = Part(self.decision is None, ends, last)
        made: list[InterchangeOutcome] = []

        def decide() -> FileOutcome:
            made[:] = [self._outcome(messages, ends)]
            incoming = self.work.incoming
            return FileOutcome(incoming.id, "edifact", tuple(made), part=part)

        yield Slice(part, decide)
        [outcome] = made
        self.decision = outcome.decision
        self.sound += sum(each.decision is not Decision.REJECTED for each in outcome.messages)
        self.documents.add(outcome.messages)
        found = self._to_tell(messages, outcome.messages)
        self.told += found
        self._room -= sum(len(faults) for _, faults in found)

    # --- what a slice comes to --------------------------------------------------------------------------------

    def _outcome(self, messages: Sequence[Message], ends: bool) -> InterchangeOutcome:
        work = self.work
        work.registers = Overlay(self.registers)
        prior = self.prior = self._prior()
        outcomes: list[MessageOutcome] = []
        for message in messages:
            outcomes.append(self._message(message, prior))
            if isinstance(message, SlicedMessage) and not work.lenient:
                message.forget()
        faults = [*self.seen.faults, *([work.repetition(prior)] if prior is not None else [])]
        decision = self._decision(outcomes, ends)
        made = self._answers(messages, outcomes, faults, ends)
        repeats = prior.id if prior is not None else None
        whole = work.described(decision, faults, self.seen.content, outcomes, made, repeats)
        if ends and not self.seen.answers_only:
            made += self.documents.replies(whole, outcomes, work.incoming, work.configuration)
            whole = replace(whole, acknowledgements=made)
        return whole

    def _prior(self) -> Prior | None:
        """The interchange that this one repeats; one that was begun as accepted repeats none."""
        if self.seen.blocked or self.decision is Decision.ACCEPTED:
            return None
        return self.work.prior(self.seen.content, self.ledger)

    @property
    def _falls(self) -> bool:
        """Whether the interchange is rejected as a whole; what was recorded of it before stands."""
        if self.decision is not None:
            return self.decision is not Decision.ACCEPTED and self.prior is None
        return self.seen.blocked or bool(self.refused)

    def _decision(self, outcomes: Sequence[MessageOutcome], ends: bool) -> Decision:
        if self.prior is not None:
            return self.work.repeated
        nothing = ends and not self.sound and bool(self.seen.messages)
        nothing = nothing and all(each.decision is Decision.REJECTED for each in outcomes)
        return self.work.decision(self._falls or nothing)

    def _message(self, message: Message, prior: Prior | None) -> MessageOutcome:
        work = self.work
        if prior is not None:
            return work.as_repeated(work.apart(message, self.ledger), prior)
        if self.seen.blocked:
            return work.message(message, True, self.ledger)
        if self._falls:
            return self._fallen(message)
        here = work.registers
        work.registers = Overlay(here)
        outcome = work.message(message, False, self.ledger)
        if outcome.decision is Decision.REJECTED and self._takes_others(message):
            outcome = _too_late(outcome, message)
        else:
            work.registers.commit()
        work.registers = here
        return outcome

    def _takes_others(self, message: Message) -> bool:
        """Whether the message, being rejected, takes the others with it."""
        return self.work.sender.on_bad_message == "reject_interchange" or not nameable(message, self.version)

    def _fallen(self, message: Message) -> MessageOutcome:
        """A message of an interchange that falls by others: only what a refusal does to registers is done."""
        work = self.work
        here = work.registers
        work.registers = Overlay(here)
        again = work.message(message, False, self.ledger)
        refused = again.decision is Decision.REJECTED and bool(again.moves) and work.is_answerable
        if refused:
            work.registers.commit()
        work.registers = here
        outcome = self.refused.get(again.id, again)
        if again.decision is Decision.REJECTED and again.id not in self.refused and not again.moves:
            outcome = _without_the_others(again)
        return replace(work.with_the_others(outcome), moves=again.moves if refused else ())

    # --- the answer ---------------------------------------------------------------------------------------------

    def _answers(
        self, messages: Sequence[Message], outcomes: Sequence[MessageOutcome], faults: list[Fault], ends: bool
    ) -> tuple[Output, ...]:
        """CONTRL with the last slice, APERAK with each."""
        work = self.work
        held = self.prior is not None and work.repeated is Decision.HELD
        if self.seen.answers_only or not work.is_answerable or held:
            return ()
        made: list[Output] = []
        if ends:
            results = [*self.told, *self._to_tell(messages, outcomes)]
            told = [fault for fault in faults if is_error(fault)]
            if self._falls and not told:
                told = [fault for _, found in results for fault in found][:1]
            made += contrls(
                work.interchange, results, told, id=work.id, sender=work.sender, incoming=work.incoming,
                configuration=work.configuration, outcomes=(),
            )  # fmt: skip
        whole = ends and self.decision is None
        aperak = aperak_output(
            work.interchange, messages, outcomes,
            id=work.id if whole or not messages else f"{work.id}-{messages[0].position}",
            sender=work.sender, incoming=work.incoming, configuration=work.configuration,
        )  # fmt: skip
        return tuple([*made, aperak] if aperak is not None else made)

    def _to_tell(
        self, messages: Sequence[Message], outcomes: Sequence[MessageOutcome]
    ) -> list[tuple[Message, list[Fault]]]:
        return [
            (_brief(message), found if self._room > 0 else found[:1])
            for message, outcome in zip(messages, outcomes, strict=True)
            if (found := told_of(outcome))
        ]

    def _recall(self, message: Message) -> None:
        """A message that is recorded: only what the answer is to tell of it is needed."""
        id = self.work.id_of(message)
        found = self.known.errors.get(id, ()) if self.known is not None else ()
        self.documents.recall(id, message.position, found)
        if found:
            self.told.append((_brief(message), list(found if self._room > 0 else found[:1])))
            self._room -= len(found)


def _too_late(outcome: MessageOutcome, message: Message) -> MessageOutcome:
    """A message that would take with it what is recorded and perhaps delivered: a person has to decide."""
    fault = Fault("interchange-under-way", message.header.place())
    faults = (*outcome.faults, fault)
    held = replace(outcome, decision=Decision.HELD, reason="its interchange is under way", faults=faults)
    return replace(held, outputs=(), moves=(), acknowledges=None)


def _without_the_others(outcome: MessageOutcome) -> MessageOutcome:
    """A message that is refused only because those before it, which it builds on, are not recorded either."""
    faults = tuple(fault for fault in outcome.faults if not is_error(fault))
    return replace(outcome, reason="rejected with its interchange", agreement=None, faults=faults)


def _brief(message: Message) -> Message:
    """What CONTRL has to know of a message, without its text."""
    head = message.header
    header = Segment(head.tag, head.text, head.dialect, head.offset, head.line, head.column, head.number)
    return Message(header, group=message.group, position=message.position, headless=message.headless)
