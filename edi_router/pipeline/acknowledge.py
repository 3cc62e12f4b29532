"""CONTRL out and in: the answers to an interchange, and what a received one says of what we sent."""

from __future__ import annotations

from collections.abc import Sequence

from edi_router.faults import Fault, Place
from edi_router.formats.answer import Answer
from edi_router.formats.edifact import Interchange, Message, contrl, write_interchange
from edi_router.formats.edifact.charset import level_for
from edi_router.formats.edifact.contrl import version_of_answer
from edi_router.formats.edifact.contrl_read import Report, read_contrl
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import (
    Acknowledged,
    Acknowledging,
    Incoming,
    LedgerView,
    Output,
    OutputKind,
    Unsealed,
)

Results = Sequence[tuple[Message, Sequence[Fault]]]


def contrl_version(partner: Partner, interchange: Interchange) -> int:
    """The syntax version of the CONTRL that the partner's file asks for."""
    if partner.contrl in ("2", "3", "4"):
        return int(partner.contrl)
    return version_of_answer(interchange.syntax_version)


def answers(
    interchange: Interchange,
    results: Results,
    told: Sequence[Fault],
    *,
    id: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    messages: Sequence[str],
) -> tuple[Output, ...]:
    """The CONTRL that the partner's file asks for. A rejection is always told, also to who wants receipts only.

    `told` are the errors that reject the interchange, `messages` the ids of its messages.
    """
    kinds = dict.fromkeys(sender.contrl_kinds)
    if told or any(faults for _, faults in results):
        kinds["functional"] = None
    version = contrl_version(sender, interchange)
    ours = configuration.settings.identifications[0]
    at = incoming.received.astimezone(configuration.settings.zone)

    def made(kind: str) -> Output:
        def seal(number: int) -> bytes:
            technical = kind == "technical"
            answer = contrl(
                interchange, results, told, reference="1", version=version, receipt_only=technical
            )
            text = "".join(segment.text for segment in answer) + ours.id + ours.qualifier
            wanted = interchange.syntax or "UNOC"
            return write_interchange(
                [answer],
                syntax=wanted if sender.encoding else level_for(text, wanted),
                encoding=sender.encoding,
                syntax_version=version,
                sender=ours.id,
                sender_qualifier=ours.qualifier,
                recipient=interchange.sender,
                recipient_qualifier=interchange.sender_qualifier,
                control_reference=str(number),
                date=at.strftime("%Y%m%d" if version == 4 else "%y%m%d"),
                time=at.strftime("%H%M"),
                test=interchange.test,
            )

        suffix = "contrl" if kind == "functional" else "receipt"
        return Output(
            id=f"{id}-{suffix}",
            kind=OutputKind.ACKNOWLEDGEMENT,
            destination=sender.id,
            name=f"CONTRL_{id}.edi" if kind == "functional" else f"CONTRL_{id}-receipt.edi",
            format="edifact",
            unsealed=Unsealed(f"edifact:{sender.id}", seal, ours.id, interchange.sender),
            messages=tuple(messages),
        )

    return tuple(made(kind) for kind in ("technical", "functional") if kind in kinds)


def acknowledging(
    message: Message, partner: Partner, ledger: LedgerView
) -> tuple[Acknowledging | None, list[Fault]]:
    """What a received CONTRL says, and the warnings about it: unknown, told before, a rejection.

    None when it says nothing that we understand.
    """
    report = read_contrl(message)
    if report is None:
        return None, []
    sent = ledger.sent_interchange(partner.id, report.sender, report.recipient, report.reference)
    place = next(segment for segment in message.segments if segment.tag == "UCI").place(1)
    values = {"reference": report.reference, "answer": str(report.answer)}
    faults = []
    if sent is None:
        values |= {"sender": report.sender, "recipient": report.recipient}
        faults.append(Fault("contrl-unmatched", place, values))
    elif sent.answer not in (None, Answer.RECEIVED) and report.answer is not Answer.RECEIVED:
        faults.append(Fault("contrl-repeated", place, values | {"before": str(sent.answer)}))
    faults += _rejections(report, place)
    return Acknowledging("contrl", report.reference, report.sender, report.recipient, _levels(report)), faults


def _levels(report: Report) -> tuple[Acknowledged, ...]:
    whole = Acknowledged(
        "interchange", report.reference, report.answer, detail=tuple(map(str, report.findings))
    )
    return (
        whole,
        *(
            Acknowledged(each.kind, each.reference, each.answer, each.group, tuple(map(str, each.findings)))
            for each in report.levels
        ),
    )


def _rejections(report: Report, place: Place) -> list[Fault]:
    """A warning for the interchange if it is rejected as a whole, else for each group or message that is."""
    if report.answer is Answer.REJECTED:
        told = [("interchange", report.reference, (*report.findings, *_inside(report)))]
    else:
        told = [(each.kind, each.reference, each.findings) for each in report.rejected]
    return [
        Fault(
            "contrl-rejects",
            place,
            {"level": kind, "reference": reference, "errors": ", ".join(map(str, findings)) or "-"},
        )
        for kind, reference, findings in told
    ]


def _inside(report: Report) -> list[object]:
    return [finding for level in report.levels for finding in level.findings]
