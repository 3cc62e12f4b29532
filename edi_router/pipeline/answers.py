"""What a received document says of documents that we sent: APERAK, CUSRES and the receipts of the XML dialects.

The document's type tells where it says so (`acknowledges:`). It is read besides everything else that is done with the
document: registers, mappings and forwarding do not know of it.
"""

from __future__ import annotations

from dataclasses import replace

from edi_router.faults import Fault
from edi_router.formats.answer import Answer
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import Answering, Decision, LedgerView, MessageOutcome, Reference, Visibility
from edi_router.pipeline.outputs import Document

_BAD = (Answer.REJECTED, Answer.PARTLY_REJECTED)


def with_answers(
    outcome: MessageOutcome,
    document: Document,
    sender: Partner,
    configuration: Configuration,
    ledger: LedgerView,
) -> MessageOutcome:
    """The outcome with what the document says of what we sent, and warnings of what is odd about that.

    A partner whose file says that it answers (`expects`) is told of when its answer fits nothing; other partners send
    results of others' documents too. A document that no agreement takes is accepted when it answers something of ours.
    """
    described = configuration.document(document.kind)
    if described is None or not described.acknowledges:
        return outcome
    if outcome.decision is not Decision.ACCEPTED and not _only_not_agreed(outcome):
        return outcome
    answers: list[Answering] = []
    faults: list[Fault] = []
    for statement in (each for reading in described.acknowledges for each in reading.read(document.root)):
        numbers = tuple(Reference(kind, value) for kind, value in statement.numbers)
        told = ", ".join(dict.fromkeys(each.value for each in numbers))
        sent = ledger.sent_document(sender.id, numbers)
        if sent is None and not sender.expects:
            continue
        answers.append(Answering(described.id, statement.answer, numbers, statement.words))
        values = {"reference": told, "answer": str(statement.answer)}
        place = statement.part.place()
        if sent is None:
            faults.append(Fault("answer-unmatched", place, values))
        elif sent.answer is not None and _contradict(sent.answer, statement.answer):
            faults.append(Fault("answer-contradicts", place, values | {"before": str(sent.answer)}))
        elif statement.answer in _BAD and sent.answer is not statement.answer:
            words = "; ".join(statement.words) or "-"
            faults.append(Fault("answer-rejects", place, values | {"words": words}))
    if not answers:
        return outcome
    if outcome.decision is Decision.ACCEPTED:
        return replace(outcome, answers=tuple(answers), faults=(*outcome.faults, *faults))
    return replace(
        outcome,
        decision=Decision.ACCEPTED,
        reason="answers " + ", ".join(dict.fromkeys(each.numbers[0].value for each in answers)),
        answers=tuple(answers),
        faults=(*(fault for fault in outcome.faults if fault.code != "route-none"), *faults),
        visible_to=outcome.visible_to or (Visibility(sender.id, "sender"),),
    )


def _contradict(before: Answer, after: Answer) -> bool:
    """Whether one is in favour and the other against."""
    return (before in _BAD) != (after in _BAD) and min(before.rank, after.rank) >= Answer.ACCEPTED.rank


def _only_not_agreed(outcome: MessageOutcome) -> bool:
    return outcome.decision is Decision.HELD and outcome.reason == "route-none"
