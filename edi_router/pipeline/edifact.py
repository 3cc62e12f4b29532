"""EDIFACT files: interchange by interchange, message by message, answered by CONTRL."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from edi_router.faults import Blocks, Fault, blocks, is_error
from edi_router.formats.edifact import Message, read
from edi_router.formats.edifact.broken import capped
from edi_router.formats.edifact.contrl import nameable
from edi_router.formats.edifact.envelope import end_of
from edi_router.pipeline.acknowledge import answers, contrl_version, told_of
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.interchange import InterchangeWork, granted, proving
from edi_router.pipeline.model import (
    Decision,
    Incoming,
    InterchangeOutcome,
    LedgerView,
    MessageOutcome,
    Output,
    Prior,
)
from edi_router.pipeline.so_far import SoFar
from edi_router.pipeline.unwrap import is_unproven
from edi_router.registers import Moved, Overlay


def process_edifact(
    incoming: Incoming, configuration: Configuration, ledger: LedgerView, registers: Overlay
) -> tuple[list[InterchangeOutcome], list[Fault]]:
    """The outcomes of all interchanges of a file."""
    sender = configuration.directory.partners[incoming.partner]
    so_far = SoFar(ledger, incoming)
    outcomes: list[InterchangeOutcome] = []
    interchanges = capped(
        read(
            incoming.content if incoming.open is None else incoming.stream(),
            encoding=sender.encoding,
            prove=proving(sender, configuration),
            lenient=granted(sender, incoming, configuration),
            limits=configuration.settings.reading,
        )
    )
    for position, interchange in enumerate(interchanges, start=1):
        here = Overlay(registers)
        outcome = _Whole(interchange, position, sender, incoming, configuration, here).outcome(so_far)
        if any(message.moves for message in outcome.messages):
            here.commit()
        if any(blocks(fault) is Blocks.FILE for fault in outcome.faults):
            return [], [fault for fault in outcome.faults if blocks(fault) is Blocks.FILE]
        so_far.add(outcome)
        outcomes.append(outcome)
    if incoming.only:
        outcomes = [each for each in outcomes if each.messages]
    return outcomes, []


class _Whole(InterchangeWork):
    """An interchange with all of its messages in memory."""

    def outcome(self, ledger: LedgerView) -> InterchangeOutcome:
        """What it comes to."""
        read = self.interchange.messages()
        messages = [each for each in read if self.incoming.open is None or self._wanted(each)]
        faults = [*self.incoming.faults, *self.interchange.faults, *self.parties()]
        blocked = any(is_error(fault) for fault in faults)
        content = self._content(messages)
        prior = None if blocked or self.incoming.only else self.prior(content, ledger)
        if prior is not None:
            again = [self.apart(message, ledger) for message in messages]
            blocked = any(is_unproven(each) for each in again)
            if not blocked:
                return self._duplicate(messages, again, faults, content, prior)
        outcomes = [self.message(message, blocked, ledger) for message in messages if self._wanted(message)]
        if not blocked and not self.incoming.refused and self._falls_as_a_whole(messages, outcomes):
            blocked = True
            refusals = self._refusals(messages, outcomes, ledger) if self.is_answerable else {}
            outcomes = [
                replace(self.with_the_others(each), moves=refusals.get(each.id, ())) for each in outcomes
            ]
        return self._whole(messages, outcomes, faults, content, blocked)

    def _wanted(self, message: Message) -> bool:
        return not self.incoming.only or self.id_of(message) in self.incoming.only

    def _falls_as_a_whole(self, messages: Sequence[Message], outcomes: Sequence[MessageOutcome]) -> bool:
        """Whether a rejected message takes the others with it: by agreement, or because CONTRL cannot name it."""
        rejected = {each.id for each in outcomes if each.decision is Decision.REJECTED}
        if not rejected or self.sender.on_bad_message == "reject_interchange":
            return bool(rejected)
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

    def _content(self, messages: Sequence[Message]) -> str:
        """SHA-256 of the interchange's own bytes."""
        interchange = self.interchange
        end = end_of(interchange, messages[-1] if messages else None)
        return hashlib.sha256(self.incoming.content[interchange.offset : end]).hexdigest()

    def _duplicate(
        self,
        messages: Sequence[Message],
        again: Sequence[MessageOutcome],
        faults: list[Fault],
        content: str,
        prior: Prior,
    ) -> InterchangeOutcome:
        """Met before; never processed again. `again` is what its messages come to by themselves.

        The same content is answered again, refused or held, as the partner's file says. Other content under
        a used reference is never answered as accepted.
        """
        outcomes = [self.as_repeated(each, prior) for each in again]
        fault = self.repetition(prior)
        refused = fault.code == "duplicate-refused"
        whole = self._whole(messages, outcomes, [*faults, fault], content, refused)
        held = self.repeated is Decision.HELD
        acknowledgements = () if held else whole.acknowledgements
        return replace(
            whole, decision=self.repeated, duplicate_of=prior.id, acknowledgements=acknowledgements
        )

    def _whole(
        self,
        messages: Sequence[Message],
        outcomes: Sequence[MessageOutcome],
        faults: list[Fault],
        content: str,
        blocked: bool,
    ) -> InterchangeOutcome:
        # Where nothing was accepted, the corrected interchange may come again under the same reference.
        nothing = bool(outcomes) and all(each.decision is Decision.REJECTED for each in outcomes)
        decision = self.decision(blocked or nothing)
        acknowledgements = self._contrl(messages, outcomes, faults, blocked)
        return self.described(decision, faults, content, outcomes, acknowledgements)

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
        unasked = self.sender.contrl == "none" and self.sender.aperak == "none"
        if silent or acknowledges or unasked or not self.is_answerable:
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
