"""CONTRL and APERAK out, CONTRL in: the answers to an interchange, and what one says of what we sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edi_router.faults import Fault, Place, is_error
from edi_router.formats.answer import Answer
from edi_router.formats.edifact import Interchange, Message, Segment, write_interchange
from edi_router.formats.edifact.charset import level_for
from edi_router.formats.edifact.contrl import contrl, version_of_answer
from edi_router.formats.edifact.contrl_read import Report, read_contrl
from edi_router.partners import Partner
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import (
    Acknowledged,
    Acknowledging,
    Decision,
    Incoming,
    LedgerView,
    MessageOutcome,
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


def told_of(outcome: MessageOutcome) -> list[Fault]:
    """The errors of a message that its sender is told of."""
    if outcome.decision is Decision.HELD:  # it is our affair; the sender is told that it has arrived
        return []
    return [fault for fault in outcome.faults if is_error(fault)]


def answers(
    interchange: Interchange,
    results: Results,
    told: Sequence[Fault],
    *,
    id: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    outcomes: Sequence[MessageOutcome],
) -> tuple[Output, ...]:
    """CONTRL and APERAK, as the partner's file asks for them; `outcomes` are those of the messages in `results`.

    A rejection is always told, also to who wants receipts only. `told` are the errors that reject the interchange.
    Who gets APERAK is told by it what CONTRL has no code for, and CONTRL then tells of the syntax only.
    """
    made = contrls(
        interchange, results, told, id=id, sender=sender, incoming=incoming, configuration=configuration,
        outcomes=outcomes,
    )  # fmt: skip
    messages = [message for message, _ in results]
    aperak = aperak_output(
        interchange, messages, outcomes, id=id, sender=sender, incoming=incoming, configuration=configuration
    )
    return made if aperak is None else (*made, aperak)


def aperak_output(
    interchange: Interchange,
    messages: Sequence[Message],
    outcomes: Sequence[MessageOutcome],
    *,
    id: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
) -> Output | None:
    """APERAK for these messages of the interchange, as the partner's file asks for it; None when there is none."""
    if sender.aperak == "none":
        return None
    from edi_router.pipeline.aperak import aperaks  # the texts of all remedies come with it

    at = incoming.received.astimezone(configuration.settings.zone)
    bodies = aperaks(messages, outcomes, sender, configuration, at)
    if not bodies:
        return None
    version = 4 if interchange.syntax_version == 4 else 3
    sealing = _Sealing(interchange, sender, configuration, at, version)
    return sealing.output(f"{id}-aperak", f"APERAK_{id}.edi", lambda _: bodies, outcomes)


def contrls(
    interchange: Interchange,
    results: Results,
    told: Sequence[Fault],
    *,
    id: str,
    sender: Partner,
    incoming: Incoming,
    configuration: Configuration,
    outcomes: Sequence[MessageOutcome],
) -> tuple[Output, ...]:
    """The CONTRL that the partner's file asks for: technical, functional, or both."""
    if sender.contrl == "none":
        return ()
    if sender.aperak != "none":
        from edi_router.pipeline.aperak import ANSWERS, is_functional

        results = [
            (message, [each for each in faults if message.type in ANSWERS or not is_functional(each)])
            for message, faults in results
        ]
    at = incoming.received.astimezone(configuration.settings.zone)
    kinds = dict.fromkeys(sender.contrl_kinds)
    if told or any(faults for _, faults in results):
        kinds["functional"] = None
    version = contrl_version(sender, interchange)
    sealing = _Sealing(interchange, sender, configuration, at, version)

    def made(kind: str) -> Output:
        def bodies(number: int) -> list[list[Segment]]:
            technical = kind == "technical"
            return [
                contrl(interchange, results, told, reference="1", version=version, receipt_only=technical)
            ]

        functional = kind == "functional"
        suffix, name = (
            ("contrl", f"CONTRL_{id}.edi") if functional else ("receipt", f"CONTRL_{id}-receipt.edi")
        )
        return sealing.output(f"{id}-{suffix}", name, bodies, outcomes)

    return tuple(made(kind) for kind in ("technical", "functional") if kind in kinds)


@dataclass(frozen=True, slots=True)
class _Sealing:
    """The envelope of an answer to an interchange: back to its sender, in its syntax, when its number is known."""

    interchange: Interchange
    sender: Partner
    configuration: Configuration
    at: datetime
    version: int

    def output(
        self,
        id: str,
        name: str,
        bodies: Callable[[int], list[list[Segment]]],
        outcomes: Sequence[MessageOutcome],
    ) -> Output:
        """An acknowledgement of the messages that `bodies` makes for the control reference."""
        ours = self.configuration.settings.identifications[0]

        def seal(number: int) -> bytes:
            return self._written(bodies(number), number)

        return Output(
            id=id,
            kind=OutputKind.ACKNOWLEDGEMENT,
            destination=self.sender.id,
            name=name,
            format="edifact",
            unsealed=Unsealed(f"edifact:{self.sender.id}", seal, ours.id, self.interchange.sender),
            messages=tuple(outcome.id for outcome in outcomes),
        )

    def _written(self, messages: list[list[Segment]], number: int) -> bytes:
        ours, interchange = self.configuration.settings.identifications[0], self.interchange
        routing = reverse_routing(interchange, self.version)
        text = "".join(segment.text for message in messages for segment in message)
        text += ours.id + ours.qualifier + routing
        wanted = interchange.syntax or "UNOC"
        return write_interchange(
            messages,
            syntax=wanted if self.sender.encoding else level_for(text, wanted),
            encoding=self.sender.encoding,
            syntax_version=self.version,
            sender=ours.id,
            sender_qualifier=ours.qualifier,
            recipient=interchange.sender,
            recipient_qualifier=interchange.sender_qualifier,
            recipient_internal=routing,
            control_reference=str(number),
            date=self.at.strftime("%Y%m%d" if self.version == 4 else "%y%m%d"),
            time=self.at.strftime("%H%M"),
            test=interchange.test,
        )


def reverse_routing(interchange: Interchange, version: int) -> str:
    """What its sender wants answers to be routed by (0008), for their 0014; nothing of what UNB has no room for."""
    routing = interchange.header.get(2, 3) if interchange.header is not None else ""
    return routing if routing.isprintable() and len(routing) <= (35 if version == 4 else 14) else ""


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
    if sent is None:
        # Some copy the parties of their own UNB into UCI, not those of the interchange that they answer.
        sent = ledger.sent_interchange(partner.id, report.recipient, report.sender, report.reference)
        if sent is not None:
            report = replace(report, sender=report.recipient, recipient=report.sender)
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
