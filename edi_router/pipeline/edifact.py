"""EDIFACT files: interchange by interchange, message by message, answered by CONTRL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from edi_router.faults import Blocks, Fault, Place, blocks, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import Interchange, Message, contrl, read, write_interchange
from edi_router.formats.edifact.check import check
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.decide import Document, decide
from edi_router.pipeline.model import (
    Decision,
    Incoming,
    InterchangeOutcome,
    LedgerView,
    MessageOutcome,
    Output,
    OutputKind,
    Prior,
    Unsealed,
)


def process_edifact(
    incoming: Incoming, configuration: Configuration, ledger: LedgerView
) -> tuple[list[InterchangeOutcome], list[Fault]]:
    """The outcomes of all interchanges of a file."""
    sender = configuration.directory.partners[incoming.partner]
    so_far = _SoFar(ledger, incoming)
    outcomes: list[InterchangeOutcome] = []
    for position, interchange in enumerate(read(incoming.content, encoding=sender.encoding), start=1):
        outcome = _Interchange(interchange, position, sender, incoming, configuration).outcome(so_far)
        so_far.add(outcome)
        outcomes.append(outcome)
    if incoming.only:
        outcomes = [each for each in outcomes if each.messages]
    return outcomes, []


class _SoFar:
    """The ledger as it will be when the interchanges before, of the same file, are recorded."""

    def __init__(self, ledger: LedgerView, incoming: Incoming) -> None:
        self.ledger = ledger
        self.incoming = incoming
        self.accepted: list[InterchangeOutcome] = []

    def add(self, outcome: InterchangeOutcome) -> None:
        if outcome.decision is Decision.ACCEPTED:
            self.accepted.append(outcome)

    def prior_interchange(
        self, partner: str, sender: str, recipient: str, control_reference: str, since: datetime, content: str
    ) -> Prior | None:
        for other in reversed(self.accepted):
            same = (other.sender, other.recipient, other.control_reference)
            if other.content == content or (
                control_reference and same == (sender, recipient, control_reference)
            ):
                return Prior(other.id, self.incoming.id, self.incoming.received, other.content == content)
        return self.ledger.prior_interchange(partner, sender, recipient, control_reference, since, content)


class _Interchange:
    """One interchange on its way to an outcome."""

    def __init__(
        self,
        interchange: Interchange,
        position: int,
        sender: Partner,
        incoming: Incoming,
        configuration: Configuration,
    ) -> None:
        self.interchange = interchange
        self.id = f"{incoming.id}-{position}"
        self.position = position
        self.sender = sender
        self.incoming = incoming
        self.configuration = configuration

    def outcome(self, ledger: LedgerView) -> InterchangeOutcome:
        messages = list(self.interchange.messages())
        faults = [*self.interchange.faults, *self._parties()]
        blocked = any(blocks(fault) in (Blocks.INTERCHANGE, Blocks.FILE) for fault in faults)
        prior = None if blocked or self.incoming.only else self._prior(ledger)
        if prior is not None:
            return self._duplicate(messages, faults, prior)
        outcomes = [self._message(message, blocked) for message in messages if self._wanted(message)]
        rejected = any(each.decision is Decision.REJECTED for each in outcomes)
        if rejected and not blocked and self.sender.on_bad_message == "reject_interchange":
            blocked = True
            outcomes = [self._with_the_others(each) for each in outcomes]
        return self._whole(messages, outcomes, faults, blocked)

    def _id(self, message: Message) -> str:
        return f"{self.id}-{message.position}"

    def _wanted(self, message: Message) -> bool:
        return not self.incoming.only or self._id(message) in self.incoming.only

    def _message(self, message: Message, blocked: bool) -> MessageOutcome:
        kind = Kind("edifact", message.type, message.directory)
        checked = check(
            message,
            self.configuration.definitions,
            check_as=self._check_as(kind),
            syntax_version=self.interchange.syntax_version,
            interchange_header=self.interchange.header,
        )
        document = Document(
            id=self._id(message),
            kind=kind,
            position=message.position,
            offset=message.offset,
            length=message.length,
            reference=message.reference,
            root=checked.root,
            faults=(*message.faults, *checked.faults),
            raw=self.incoming.content[message.offset : message.offset + message.length],
            test=self._test,
        )
        outcome = decide(document, self.sender, self.incoming, self.configuration)
        return self._with_the_others(outcome) if blocked else outcome

    def _check_as(self, kind: Kind) -> str | None:
        return next(
            (each.check_as for each in self.sender.agreements if each.check_as and each.kind.includes(kind)),
            None,
        )

    @property
    def _test(self) -> bool:
        return self.interchange.test or self.sender.status == "test"

    @property
    def _answerable(self) -> bool:
        """Whether UNB says enough for a CONTRL; who cannot be told of a rejection needs a person instead."""
        interchange = self.interchange
        return bool(interchange.control_reference and interchange.sender and interchange.recipient)

    def _with_the_others(self, outcome: MessageOutcome) -> MessageOutcome:
        """The message goes down with its interchange, whatever it came to by itself."""
        if not self._answerable:
            reason = "its interchange cannot be answered"
            return replace(outcome, decision=Decision.HELD, reason=reason, outputs=(), agreement=None)
        if outcome.decision is Decision.REJECTED:
            return outcome
        reason = "rejected with its interchange"
        return replace(outcome, decision=Decision.REJECTED, reason=reason, outputs=(), agreement=None)

    def _parties(self) -> list[Fault]:
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
        ours = any(
            each.id == interchange.recipient and each.qualifier in ("", interchange.recipient_qualifier)
            for each in self.configuration.settings.identifications
        )
        named = directory.by_identification(interchange.recipient, interchange.recipient_qualifier)
        if not ours and named is None:
            place = interchange.header.place(3, 1)
            faults.append(Fault("recipient-unknown", place, {"recipient": interchange.recipient}))
        return faults

    def _prior(self, ledger: LedgerView) -> Prior | None:
        interchange = self.interchange
        return ledger.prior_interchange(
            self.sender.id,
            interchange.sender,
            interchange.recipient,
            interchange.control_reference,
            self.incoming.received - timedelta(days=self.sender.duplicates.window_days),
            self._content,
        )

    @property
    def _content(self) -> str:
        """SHA-256 of the interchange's own bytes."""
        end = self.interchange.trailer.end()[0] if self.interchange.trailer is not None else None
        return hashlib.sha256(self.incoming.content[self.interchange.offset : end]).hexdigest()

    def _duplicate(
        self, messages: Sequence[Message], faults: list[Fault], prior: Prior
    ) -> InterchangeOutcome:
        """Met before; never processed again.

        The same content is answered again, refused or held, as the partner's file says. Other content under
        a used reference is never answered as accepted.
        """
        policy = self.sender.duplicates.policy
        if policy == "answer-again" and not prior.same_content:
            policy = "reject"
        header = self.interchange.header
        place = header.place(5, 1) if header is not None else Place(line=1, column=1, offset=0)
        when = prior.received.astimezone(self.configuration.settings.zone).strftime("%Y-%m-%d %H:%M:%S")
        values = {"reference": self.interchange.control_reference, "when": when}
        fault = Fault("duplicate-refused" if policy == "reject" else "duplicate-interchange", place, values)
        decision = Decision.HELD if policy == "hold" else Decision.DUPLICATE
        again = [self._message(message, blocked=False) for message in messages]
        outcomes = [
            replace(
                each,
                decision=decision,
                reason=f"repeats interchange {prior.id}",
                agreement=None,
                outputs=(),
                faults=() if each.decision is Decision.HELD else each.faults,
            )
            for each in again
        ]
        whole = self._whole(messages, outcomes, [*faults, fault], policy == "reject")
        acknowledgements = () if policy == "hold" else whole.acknowledgements
        return replace(whole, decision=decision, duplicate_of=prior.id, acknowledgements=acknowledgements)

    def _whole(
        self,
        messages: Sequence[Message],
        outcomes: Sequence[MessageOutcome],
        faults: list[Fault],
        blocked: bool,
    ) -> InterchangeOutcome:
        interchange = self.interchange
        if not self._answerable:
            decision = Decision.HELD
        else:
            # Where nothing was accepted, the corrected interchange may come again under the same reference.
            nothing = bool(outcomes) and all(each.decision is Decision.REJECTED for each in outcomes)
            decision = Decision.REJECTED if blocked or nothing else Decision.ACCEPTED
        acknowledgements = self._contrl(messages, outcomes, faults, blocked)
        return InterchangeOutcome(
            id=self.id,
            position=self.position,
            format="edifact",
            sender=interchange.sender,
            recipient=interchange.recipient,
            control_reference=interchange.control_reference,
            decision=decision,
            test=self._test,
            faults=tuple(faults),
            messages=tuple(outcomes),
            acknowledgements=() if acknowledgements is None else (acknowledgements,),
            content=self._content,
        )

    def _contrl(
        self,
        messages: Sequence[Message],
        outcomes: Sequence[MessageOutcome],
        faults: list[Fault],
        blocked: bool,
    ) -> Output | None:
        """CONTRL for the interchange; none for one that cannot be named, or that itself acknowledges."""
        interchange = self.interchange
        acknowledges = bool(messages) and all(message.type == "CONTRL" for message in messages)
        if self.incoming.only or self.sender.contrl == "none" or acknowledges:
            return None
        if not self._answerable:
            return None
        version = 4 if (self.sender.contrl, interchange.syntax_version) in _VERSION_4 else 3
        by_id = {outcome.id: outcome for outcome in outcomes}
        # What holds a message is our affair; the sender is told that it has arrived.
        results = [
            (
                message,
                () if by_id[self._id(message)].decision is Decision.HELD else by_id[self._id(message)].faults,
            )
            for message in messages
        ]
        told = [fault for fault in faults if is_error(fault)]
        if blocked and not told:
            told = [fault for _, found in results for fault in found if is_error(fault)][:1]
        ours = self.configuration.settings.identifications[0]
        at = self.incoming.received.astimezone(self.configuration.settings.zone)

        def seal(number: int) -> bytes:
            reference = str(number)
            answer = contrl(interchange, results, told, reference="1", version=version)
            return write_interchange(
                [answer],
                syntax=interchange.syntax or "UNOC",
                syntax_version=version,
                sender=ours.id,
                sender_qualifier=ours.qualifier,
                recipient=interchange.sender,
                recipient_qualifier=interchange.sender_qualifier,
                control_reference=reference,
                date=at.strftime("%y%m%d" if version == 3 else "%Y%m%d"),
                time=at.strftime("%H%M"),
                test=interchange.test,
            )

        return Output(
            id=f"{self.id}-contrl",
            kind=OutputKind.ACKNOWLEDGEMENT,
            destination=self.sender.id,
            name=f"CONTRL_{self.id}.edi",
            format="edifact",
            unsealed=Unsealed(f"edifact:{self.sender.id}", seal),
            messages=tuple(outcome.id for outcome in outcomes),
        )


_VERSION_4 = frozenset({("4", version) for version in range(10)} | {("as-received", 4)})
