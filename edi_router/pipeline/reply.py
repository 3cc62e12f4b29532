"""The reply for people beside CONTRL and receipts: what became of a file, for a clerk who knows no EDI.

What the partner's file asks for under `replies` is made of the outcome and of the bytes of the file: a text, a page,
or both, for each interchange, and for a file in which nothing could be read at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edi_router.faults import Fault, is_error
from edi_router.formats.documents import Kind
from edi_router.formats.edifact import read
from edi_router.partners import Partner
from edi_router.partners.replies import Replies
from edi_router.pipeline.configuration import Configuration
from edi_router.pipeline.model import (
    Decision,
    FileOutcome,
    Incoming,
    InterchangeOutcome,
    MessageOutcome,
    Output,
    OutputKind,
)
from edi_router.pipeline.reply_making import make_reply, state_of
from edi_router.pipeline.reply_model import Judged, Reply, Subject
from edi_router.pipeline.reply_names import naming_of
from edi_router.pipeline.reply_page import reply_page
from edi_router.pipeline.reply_text import reply_text

_NEWS = ("rejected", "partly", "unreadable")
"""What is told to who wants to hear of refusals only."""
_UNANSWERED = ("CONTRL", "APERAK")
"""Messages that are answers themselves."""
_STATES = {
    Decision.ACCEPTED: "accepted", Decision.REJECTED: "rejected",
    Decision.DUPLICATE: "duplicate", Decision.HELD: "held",
}  # fmt: skip


def replied(
    outcome: FileOutcome, incoming: Incoming, configuration: Configuration, settings: Replies
) -> FileOutcome:
    """The outcome with the replies that the partner's settings ask for."""
    sender = configuration.directory.partners[incoming.partner]
    if not outcome.interchanges:
        return replace(outcome, told=_for_file(outcome, incoming, sender, settings, configuration))
    interchanges = tuple(
        replace(each, acknowledgements=(*each.acknowledgements, *made))
        if (made := _for_interchange(each, incoming, sender, settings, configuration))
        else each
        for each in outcome.interchanges
    )
    return replace(outcome, interchanges=interchanges)


def written(reply: Reply, settings: Replies) -> list[tuple[str, str, bytes]]:
    """Each form of a reply: its format, the ending of its file's name, its bytes. Lines of text end as on Windows."""
    made = []
    for form in settings.forms:
        if form == "text":
            text = reply_text(reply).replace("\n", "\r\n")
            made.append(("text", "txt", text.encode(settings.codec, "replace")))
        else:
            codec = "gb18030" if settings.encoding == "gb18030" else "utf-8"
            made.append(("html", "html", reply_page(reply, codec).encode(codec, "replace")))
    return made


def _outputs(
    reply: Reply, id: str, messages: Sequence[str], sender: Partner, settings: Replies
) -> tuple[Output, ...]:
    return tuple(
        Output(
            id=f"{id}-reply-{form}",
            kind=OutputKind.ACKNOWLEDGEMENT,
            destination=sender.id,
            name=f"reply_{id}.{suffix}",
            format=form,
            content=content,
            messages=tuple(messages),
        )
        for form, suffix, content in written(reply, settings)
    )


def _for_file(
    outcome: FileOutcome, incoming: Incoming, sender: Partner, settings: Replies, configuration: Configuration
) -> tuple[Output, ...]:
    """For a file in which nothing could be read."""
    subject = _subject(incoming, sender, settings, configuration, outcome.format)
    layout = outcome.format if outcome.format in ("csv", "records") else ""
    kinds = [each.kind for each in sender.agreements if layout and each.kind.format == layout]
    kind = kinds[0] if len({each.name for each in kinds}) == 1 else None
    subject = replace(subject, kind=kind, faults=outcome.faults, state="unreadable", ours=incoming.id)
    reply = make_reply(subject, naming_of(configuration), settings.language)
    return _outputs(reply, f"{incoming.id}-0", (), sender, settings)


def _for_interchange(
    outcome: InterchangeOutcome,
    incoming: Incoming,
    sender: Partner,
    settings: Replies,
    configuration: Configuration,
) -> tuple[Output, ...]:
    if outcome.messages and all(
        each.acknowledges is not None or each.type in _UNANSWERED for each in outcome.messages
    ):
        return ()
    state = _state(outcome)
    # Of a large interchange, one value stands for many messages.
    judged = {id(each): _judged(each, outcome, state) for each in outcome.messages}
    documents = [judged[id(each)] for each in outcome.messages]
    subject = _subject(incoming, sender, settings, configuration, outcome.format)
    subject = replace(
        subject,
        documents=documents,
        faults=_envelope(outcome),
        state=state,
        reference=outcome.control_reference,
        test=outcome.test,
        ours=outcome.id,
        interchange=outcome.position,
        used=bool(incoming.only) and (not incoming.refused or _others(outcome, incoming, sender)),
    )
    if settings.when == "rejected" and state_of(subject) not in _NEWS:
        return ()
    reply = make_reply(subject, naming_of(configuration), settings.language)
    named = outcome.id
    if incoming.refused and outcome.messages:
        named = f"{outcome.messages[0].id}-refusal"
    elif incoming.only:
        named = f"{outcome.id}-again{incoming.release}"
    messages = [each.id for each in outcome.messages]
    return _outputs(reply, named, messages, sender, settings)


def _subject(
    incoming: Incoming, sender: Partner, settings: Replies, configuration: Configuration, format: str
) -> Subject:
    zone = configuration.settings.zone
    at = incoming.received.astimezone(zone)
    return Subject(
        file=incoming.name,
        format=format,
        content=incoming.content,
        received=f"{at:%Y-%m-%d %H:%M:%S} {_zone(zone.key, settings.language)}",
        decided=bool(incoming.only),
        sender=sender.name.zh if settings.language == "zh" else sender.name.en,
        encoding=sender.encoding,
        lenient=sender.granted(at.date()),
    )


def _zone(key: str, language: str) -> str:
    """A time zone as people call it."""
    if key == "Asia/Shanghai":
        return "北京时间" if language == "zh" else "Beijing time"
    return f"({key})"


def _judged(outcome: MessageOutcome, within: InterchangeOutcome, state: str) -> Judged:
    kind = Kind(within.format, outcome.type, outcome.directory or None)
    if within.format == "xml":
        kind = Kind.parse(within.recipient)
    first = outcome.references[0].kind if outcome.references else ""
    numbers = [each.value for each in outcome.references if each.kind == first]
    own = "rejected" if state == "unreadable" else _STATES[outcome.decision]
    if any(fault.code == "duplicate-refused" for fault in (*outcome.faults, *within.faults)):
        own = "rejected"
    words = [fault.values.get("words", "") for fault in outcome.faults if fault.code == "message-refused"]
    return Judged(
        kind=kind,
        # What holds a document is our affair; the sender is told that it has arrived.
        faults=outcome.faults
        if own == "rejected"
        else [each for each in outcome.faults if not is_error(each)],
        state=own,
        reference=outcome.reference,
        numbers=numbers or [each for each in (outcome.reference,) if each and within.format != "edifact"],
        words=words[0] if words else "",
        interchange=within.position,
        position=outcome.position,
        offset=outcome.offset,
        length=outcome.length,
    )


def _envelope(outcome: InterchangeOutcome) -> tuple[Fault, ...]:
    """The errors of an EDIFACT envelope; elsewhere, faults of the interchange are those of our own receipt."""
    faulty = outcome.format == "edifact" and any(map(is_error, outcome.faults))
    return outcome.faults if faulty else ()


def _state(outcome: InterchangeOutcome) -> str:
    """What is told of the interchange as a whole; empty: what its documents say."""
    faulty = bool(_envelope(outcome))
    codes = {fault.code for each in outcome.messages for fault in each.faults}
    if outcome.decision is Decision.HELD:
        return "unreadable" if faulty and outcome.duplicate_of is None else "held"
    if faulty or "duplicate-refused" in codes:
        return "rejected"
    return "duplicate" if outcome.decision is Decision.DUPLICATE else ""


def _others(outcome: InterchangeOutcome, incoming: Incoming, sender: Partner) -> bool:
    """Whether other documents came under the same reference as those that were decided on now."""
    if outcome.format != "edifact":
        return outcome.format != "xml" and any(each.position > 1 for each in outcome.messages)
    for number, found in enumerate(read(incoming.content, encoding=sender.encoding), start=1):
        count = sum(1 for _ in found.messages())
        if number == outcome.position:
            return count > len(outcome.messages)
    return False
