"""One EDIFACT interchange: what is judged of it and of each of its messages, whether it is processed whole or in slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from edi_router.faults import Fault, Place, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Interchange, Message
from edi_router.formats.edifact.check import Checked, check
from edi_router.formats.edifact.contrl import answerable
from edi_router.formats.edifact.envelope import version_of
from edi_router.formats.edifact.fast import WARM, Lane
from edi_router.formats.edifact.lenient import Leniencies
from edi_router.partners import Partner
from edi_router.partners.routing import Agreed
from edi_router.pipeline.acknowledge import acknowledging
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
from edi_router.pipeline.unwrap import missing_of
from edi_router.registers import Overlay


def granted(sender: Partner, incoming: Incoming, configuration: Configuration) -> Leniencies:
    """The leniencies in force for the partner on the day the file came."""
    if not sender.leniencies:
        return frozenset()
    return sender.granted(incoming.received.astimezone(configuration.settings.zone).date())


def proving(sender: Partner, configuration: Configuration, warm: int = WARM) -> Lane | None:
    """What finds the messages of the partner that have no fault while they are read; None where that would not hold.

    Where it has not found it, `check` looks.
    """
    if sender.lengths == "bytes" or any(each.check_as for each in sender.agreements):
        return None
    return Lane(configuration.definitions, warm=warm)


class InterchangeWork:
    """An interchange on its way to an outcome."""

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
        self.lenient = granted(sender, incoming, configuration)
        self.syntax_version = interchange.syntax_version
        self.is_test = interchange.test or sender.status == "test"
        """Whether it is a test, by UNB or by the partner."""
        self.is_answerable = answerable(interchange)
        """Whether UNB says enough for a CONTRL; who cannot be told of a rejection needs a person instead."""

    def id_of(self, message: Message) -> str:
        """The id of one of its messages."""
        return f"{self.id}-{message.position}"

    def message(self, message: Message, blocked: bool, ledger: LedgerView) -> MessageOutcome:
        """The outcome of a message; `blocked`: it goes down with its interchange, whatever it comes to."""
        kind = Kind("edifact", message.type, "".join(version_of(message)))
        agreed = self.configuration.directory.agreed(self.sender, kind)
        checked = check(
            message,
            self.configuration.definitions,
            check_as=agreed.check_as,
            syntax_version=self.syntax_version,
            interchange_header=self.interchange.header,
            lenient=self.lenient,
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
            faults=(*message.faults, *checked.faults, *self._profiled(agreed, checked)),
            source=message,
            test=self.is_test,
        )
        if message.type == "CONTRL" and self._to_us and not agreed.agreements:
            return self._acknowledgement(message, document, blocked, ledger)
        if blocked:
            here = Overlay(self.registers)  # for nothing: what falls with its interchange moves no register
            return self.with_the_others(
                decide(document, self.sender, self.incoming, self.configuration, here)
            )
        outcome = decide(document, self.sender, self.incoming, self.configuration, self.registers)
        return with_answers(outcome, document, self.sender, self.configuration, ledger)

    def apart(self, message: Message, ledger: LedgerView) -> MessageOutcome:
        """What the message comes to by itself, without any effect on registers."""
        here = self.registers
        self.registers = Overlay(here)
        outcome = self.message(message, False, ledger)
        self.registers = here
        return outcome

    def _acknowledgement(
        self, message: Message, document: Document, blocked: bool, ledger: LedgerView
    ) -> MessageOutcome:
        """A CONTRL for us. A faulty one needs a person: CONTRL is not answered by CONTRL (ISO 9735-4)."""
        says, told = acknowledging(message, self.sender, ledger)
        lacks = missing_of(self.incoming, self.sender, None, message.header.place())
        document = replace(document, faults=(*document.faults, *lacks))
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

    def _profiled(self, agreed: Agreed, checked: Checked) -> list[Fault]:
        """What the profile of the message's agreement does not allow."""
        if not agreed.profiled:
            return []
        faults: list[Fault] = []
        for name in {each.profile: 0 for each in agreed.fitting(checked.root)}:
            if name is not None:
                faults += self.configuration.profiles[name].check(checked.root, checked.faults)
        return faults

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

    def decision(self, rejected: bool) -> Decision:
        """The decision on an interchange that was not met before."""
        if not self.is_answerable:
            return Decision.HELD
        return Decision.REJECTED if rejected else Decision.ACCEPTED

    def described(
        self,
        decision: Decision,
        faults: Sequence[Fault],
        content: str,
        messages: Sequence[MessageOutcome],
        acknowledgements: tuple[Output, ...],
        duplicate_of: str | None = None,
    ) -> InterchangeOutcome:
        """The outcome of the interchange, with those of its messages and the answers to it."""
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
            messages=tuple(messages),
            acknowledgements=acknowledgements,
            content=content,
            duplicate_of=duplicate_of,
        )
