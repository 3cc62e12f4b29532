"""EDIFACT files: interchange by interchange, message by message, answered by CONTRL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from edi_router.faults import Blocks, Fault, Place, blocks, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Interchange, Message, read
from edi_router.formats.edifact.broken import capped
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.contrl import answerable, nameable
from edi_router.formats.edifact.envelope import version_of
from edi_router.formats.edifact.lenient import Leniencies
from edi_router.partners import Partner
from edi_router.partners.routing import fitting_agreements
from edi_router.pipeline.acknowledge import acknowledging, answers, contrl_version
from edi_router.pipeline.answers import with_answers
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.decide import decide
from edi_router.pipeline.model import (
    Decision,
    Incoming,
    InterchangeOutcome,
    LedgerView,
    MessageOutcome,
    Output,
    Prior,
    Reference,
    Visibility,
)
from edi_router.pipeline.outputs import Document
from edi_router.pipeline.so_far import SoFar
from edi_router.registers import Moved, Overlay


def process_edifact(
    incoming: Incoming, configuration: Configuration, ledger: LedgerView, registers: Overlay
) -> tuple[list[InterchangeOutcome], list[Fault]]:
    """The outcomes of all interchanges of a file."""
    sender = configuration.directory.partners[incoming.partner]
    so_far = SoFar(ledger, incoming)
    outcomes: list[InterchangeOutcome] = []
    interchanges = capped(
        read(incoming.stream(), encoding=sender.encoding, lenient=granted(sender, incoming, configuration))
    )
    for position, interchange in enumerate(interchanges, start=1):
        here = Overlay(registers)
        outcome = InterchangeWork(interchange, position, sender, incoming, configuration, here).outcome(so_far)
        if any(message.moves for message in outcome.messages):
            here.commit()
        if any(blocks(fault) is Blocks.FILE for fault in outcome.faults):
            return [], [fault for fault in outcome.faults if blocks(fault) is Blocks.FILE]
        so_far.add(outcome)
        outcomes.append(outcome)
    if incoming.only:
        outcomes = [each for each in outcomes if each.messages]
    return outcomes, []


def granted(sender: Partner, incoming: Incoming, configuration: Configuration) -> Leniencies:
    """The leniencies in force for the partner on the day the file came."""
    return sender.granted(incoming.received.astimezone(configuration.settings.zone).date())


class InterchangeWork:
    """One interchange on its way to an outcome; `slices` takes it there in slices, `outcome` at once."""

    def __init__(
        self,
        interchange: Interchange,
        position: int,
        sender: Partner,
        incoming: Incoming,
        configuration: Configuration,
        registers: Overlay,
    ) -> None:
        self.interchange = interchange
        self.id = f"{incoming.id}-{position}"
        self.position = position
        self.sender = sender
        self.incoming = incoming
        self.configuration = configuration
        self.registers = registers

    def outcome(self, ledger: LedgerView) -> InterchangeOutcome:
        """The whole of it, with all of its messages in memory."""
        read = self.interchange.messages()
        messages = [each for each in read if self.incoming.open is None or self._wanted(each)]
        faults = [*self.incoming.faults, *self.interchange.faults, *self.parties()]
        blocked = any(is_error(fault) for fault in faults)
        content = self._content(messages)
        prior = None if blocked or self.incoming.only else self.prior(content, ledger)
        if prior is not None:
            return self._duplicate(messages, faults, prior, ledger)
        outcomes = [self.message(message, blocked, ledger) for message in messages if self._wanted(message)]
        if not blocked and not self.incoming.refused and self._falls_as_a_whole(messages, outcomes):
            blocked = True
            refusals = self._refusals(messages, outcomes, ledger) if self.is_answerable else {}
            outcomes = [
                replace(self.with_the_others(each), moves=refusals.get(each.id, ())) for each in outcomes
            ]
        return self._whole(messages, outcomes, faults, blocked)

    def id_of(self, message: Message) -> str:
        return f"{self.id}-{message.position}"

    def _wanted(self, message: Message) -> bool:
        return not self.incoming.only or self.id_of(message) in self.incoming.only

    def _falls_as_a_whole(self, messages: Sequence[Message], outcomes: Sequence[MessageOutcome]) -> bool:
        """Whether a rejected message takes the others with it: by agreement, or because CONTRL cannot name it."""
        rejected = {each.id for each in outcomes if each.decision is Decision.REJECTED}
        if rejected and self.sender.on_bad_message == "reject_interchange":
            return True
        version = contrl_version(self.sender, self.interchange)
        return any(self.id_of(each) in rejected and not nameable(each, version) for each in messages)

    def _refusals(
        self, messages: Sequence[Message], outcomes: Sequence[MessageOutcome], ledger: LedgerView
    ) -> dict[str, tuple[Moved, ...]]:
        """What the rejected messages do to registers (a wrong secret counts), where the others do nothing."""
        rejected = {each.id for each in outcomes if each.decision is Decision.REJECTED and each.moves}
        whole = self.registers
        whole.forget()
        refusals: dict[str, tuple[Moved, ...]] = {}
        for message in messages:
            if self.id_of(message) in rejected:
                self.registers = Overlay(whole)
                again = self.message(message, False, ledger)
                if again.decision is Decision.REJECTED and again.moves:
                    refusals[again.id] = again.moves
                    self.registers.commit()
        self.registers = whole
        return refusals

    def message(self, message: Message, blocked: bool, ledger: LedgerView) -> MessageOutcome:
        kind = Kind("edifact", message.type, "".join(version_of(message)))
        checked = check(
            message,
            self.configuration.definitions,
            check_as=self._check_as(kind),
            syntax_version=self.interchange.syntax_version,
            interchange_header=self.interchange.header,
            lenient=granted(self.sender, self.incoming, self.configuration),
            byte_lengths=self.sender.lengths == "bytes",
        )
        document = Document(
            id=self.id_of(message),
            kind=kind,
            position=message.position,
            offset=message.offset,
            length=message.length,
            reference=message.reference,
            root=checked.root,
            faults=(*message.faults, *checked.faults, *self._profiled(kind, checked)),
            source=message,
            test=self.is_test,
        )
        if message.type == "CONTRL" and self._to_us and not self._agreed(kind):
            return self._acknowledgement(message, document, blocked, ledger)
        if blocked:
            here = Overlay(self.registers)  # for nothing: what falls with its interchange moves no register
            return self.with_the_others(
                decide(document, self.sender, self.incoming, self.configuration, here)
            )
        outcome = decide(document, self.sender, self.incoming, self.configuration, self.registers)
        return with_answers(outcome, document, self.sender, self.configuration, ledger)

    def _acknowledgement(
        self, message: Message, document: Document, blocked: bool, ledger: LedgerView
    ) -> MessageOutcome:
        """A CONTRL for us. A faulty one needs a person: CONTRL is not answered by CONTRL (ISO 9735-4)."""
        says, told = acknowledging(message, self.sender, ledger)
        usable = says is not None and not blocked and not any(is_error(fault) for fault in document.faults)
        return MessageOutcome(
            id=document.id,
            position=document.position,
            offset=document.offset,
            length=document.length,
            type=document.kind.name,
            directory=document.kind.qualifier or "",
            reference=document.reference,
            decision=Decision.ACCEPTED if usable else Decision.HELD,
            reason=f"interchange {says.reference}: {says.answer}"
            if says is not None and usable
            else "faulty",
            test=document.test,
            faults=(*document.faults, *told),
            references=(Reference("interchange", says.reference),) if says is not None else (),
            visible_to=(Visibility(self.sender.id, "sender"),),
            acknowledges=says if usable else None,
        )

    @property
    def _to_us(self) -> bool:
        interchange = self.interchange
        return any(
            each.id == interchange.recipient and each.qualifier in ("", interchange.recipient_qualifier)
            for each in self.configuration.settings.identifications
        )

    def _agreed(self, kind: Kind) -> bool:
        """Whether an agreement takes the kind."""
        return any(each.kind.includes(kind) for each in self.sender.agreements)

    def _profiled(self, kind: Kind, checked: Checked) -> list[Fault]:
        """What the profile of the message's agreement does not allow."""
        faults: list[Fault] = []
        for name in {each.profile: 0 for each in fitting_agreements(self.sender, kind, checked.root)}:
            if name is not None:
                faults += self.configuration.profiles[name].check(checked.root, checked.faults)
        return faults

    def _check_as(self, kind: Kind) -> str | None:
        return next(
            (each.check_as for each in self.sender.agreements if each.check_as and each.kind.includes(kind)),
            None,
        )

    @property
    def is_test(self) -> bool:
        return self.interchange.test or self.sender.status == "test"

    @property
    def is_answerable(self) -> bool:
        """Whether UNB says enough for a CONTRL; who cannot be told of a rejection needs a person instead."""
        return answerable(self.interchange)

    def with_the_others(self, outcome: MessageOutcome) -> MessageOutcome:
        """The message goes down with its interchange, whatever it came to by itself."""
        if not self.is_answerable:
            reason = "its interchange cannot be answered"
            held = replace(
                outcome, decision=Decision.HELD, reason=reason, outputs=(), agreement=None, moves=()
            )
            return replace(held, acknowledges=None)
        if outcome.decision is Decision.REJECTED:
            return replace(outcome, moves=(), outputs=())
        reason = "rejected with its interchange"
        rejected = replace(outcome, decision=Decision.REJECTED, reason=reason, outputs=(), agreement=None)
        return replace(rejected, acknowledges=None, moves=())

    def parties(self) -> list[Fault]:
        """UNB must name the partner whose channel it came by, and us or another partner."""
        interchange = self.interchange
        if interchange.header is None:
            return []
        directory = self.configuration.directory
        faults: list[Fault] = []
        known = directory.by_identification(interchange.sender, interchange.sender_qualifier)
        if known is None or known.id != self.sender.id:
            values = {"sender": interchange.sender, "partner": self.sender.id}
            faults.append(Fault("sender-not-partner", interchange.header.place(2, 1), values))
        named = directory.by_identification(interchange.recipient, interchange.recipient_qualifier)
        if not self._to_us and named is None:
            place = interchange.header.place(3, 1)
            faults.append(Fault("recipient-unknown", place, {"recipient": interchange.recipient}))
        return faults

    def prior(self, content: str, ledger: LedgerView) -> Prior | None:
        """The interchange that this one, with the SHA-256 `content`, repeats."""
        interchange = self.interchange
        return ledger.prior_interchange(
            self.sender.id,
            interchange.sender,
            interchange.recipient,
            interchange.control_reference,
            self.incoming.received - timedelta(days=self.sender.duplicates.window_days),
            content,
        )

    def _content(self, messages: Sequence[Message]) -> str:
        """SHA-256 of the interchange's own bytes."""
        interchange = self.interchange
        end = end_of(interchange, messages[-1] if messages else None)
        return hashlib.sha256(self.incoming.content[interchange.offset : end]).hexdigest()

    def _duplicate(
        self, messages: Sequence[Message], faults: list[Fault], prior: Prior, ledger: LedgerView
    ) -> InterchangeOutcome:
        """Met before; never processed again.

        The same content is answered again, refused or held, as the partner's file says. Other content under
        a used reference is never answered as accepted.
        """
        again = [self.message(message, False, ledger) for message in messages]
        outcomes = [self.as_repeated(each, prior) for each in again]
        fault = self.repetition(prior)
        whole = self._whole(messages, outcomes, [*faults, fault], fault.code == "duplicate-refused")
        held = self.repeated is Decision.HELD
        acknowledgements = () if held else whole.acknowledgements
        return replace(
            whole, decision=self.repeated, duplicate_of=prior.id, acknowledgements=acknowledgements
        )

    @property
    def repeated(self) -> Decision:
        """What becomes of an interchange that was met before."""
        return Decision.HELD if self.sender.duplicates.policy == "hold" else Decision.DUPLICATE

    def repetition(self, prior: Prior) -> Fault:
        """That the interchange repeats another one: a warning, or the error that refuses it."""
        policy = self.sender.duplicates.policy
        if policy == "answer-again" and not prior.same_content:
            policy = "reject"
        header = self.interchange.header
        place = header.place(5, 1) if header is not None else Place(line=1, column=1, offset=0)
        when = prior.received.astimezone(self.configuration.settings.zone).strftime("%Y-%m-%d %H:%M:%S")
        values = {"reference": self.interchange.control_reference, "when": when}
        return Fault("duplicate-refused" if policy == "reject" else "duplicate-interchange", place, values)

    def as_repeated(self, outcome: MessageOutcome, prior: Prior) -> MessageOutcome:
        """The outcome of a message whose interchange was met before, in place of its own."""
        return replace(
            outcome,
            decision=self.repeated,
            reason=f"repeats interchange {prior.id}",
            agreement=None,
            outputs=(),
            acknowledges=None,
            moves=(),
            faults=() if outcome.decision is Decision.HELD else outcome.faults,
        )

    def _whole(
        self,
        messages: Sequence[Message],
        outcomes: Sequence[MessageOutcome],
        faults: list[Fault],
        blocked: bool,
    ) -> InterchangeOutcome:
        # Where nothing was accepted, the corrected interchange may come again under the same reference.
        nothing = bool(outcomes) and all(each.decision is Decision.REJECTED for each in outcomes)
        whole = self.described(self.decision(blocked or nothing), faults, self._content(messages))
        acknowledgements = self._contrl(messages, outcomes, faults, blocked)
        return replace(whole, messages=tuple(outcomes), acknowledgements=acknowledgements)

    def decision(self, rejected: bool) -> Decision:
        """The decision on an interchange that was not met before."""
        if not self.is_answerable:
            return Decision.HELD
        return Decision.REJECTED if rejected else Decision.ACCEPTED

    def described(self, decision: Decision, faults: Sequence[Fault], content: str) -> InterchangeOutcome:
        """The outcome of the interchange, without its messages and answers."""
        interchange = self.interchange
        return InterchangeOutcome(
            id=self.id,
            position=self.position,
            format="edifact",
            sender=interchange.sender,
            recipient=interchange.recipient,
            control_reference=interchange.control_reference,
            decision=decision,
            test=self.is_test,
            faults=tuple(faults),
            content=content,
        )

    def _contrl(
        self,
        messages: Sequence[Message],
        outcomes: Sequence[MessageOutcome],
        faults: list[Fault],
        blocked: bool,
    ) -> tuple[Output, ...]:
        """CONTRL and APERAK for the interchange; none for one that cannot be named, or that itself acknowledges."""
        acknowledges = bool(messages) and all(message.type == "CONTRL" for message in messages)
        silent = self.incoming.only and not self.incoming.refused
        if silent or acknowledges or not self.is_answerable:
            return ()
        by_id = {outcome.id: outcome for outcome in outcomes}
        results = [
            (message, told_of(by_id[self.id_of(message)]))
            for message in messages
            if self.id_of(message) in by_id
        ]
        told = [fault for fault in faults if is_error(fault)]
        if blocked and not told:
            told = [fault for _, found in results for fault in found][:1]
        return answers(
            self.interchange,
            results,
            told,
            id=f"{outcomes[0].id}-refusal" if self.incoming.refused and outcomes else self.id,
            sender=self.sender,
            incoming=self.incoming,
            configuration=self.configuration,
            outcomes=outcomes,
        )


def told_of(outcome: MessageOutcome) -> list[Fault]:
    """The errors of a message that its sender is told of."""
    if outcome.decision is Decision.HELD:  # it is our affair; the sender is told that it has arrived
        return []
    return [fault for fault in outcome.faults if is_error(fault)]


def end_of(interchange: Interchange, last: Message | None) -> int:
    """The byte after the interchange, once it is read: after its trailer, else after what is there instead."""
    segment = interchange.trailer or interchange.header
    end = segment.end()[0] if segment is not None else interchange.offset
    return end if last is None else max(end, last.offset + last.length)
